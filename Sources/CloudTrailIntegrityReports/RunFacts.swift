/// What a report says of the run itself.
package struct RunFacts: Hashable, Sendable {
    /// The version of the tool.
    package let version: String
    /// The exit status the command ends with.
    package let exit: Int32
    /// How long the run took, in milliseconds.
    package let milliseconds: Int64
    /// The finding kinds that were accepted.
    package let allowed: [String]

    package init(version: String, exit: Int32, milliseconds: Int64, allowed: [String]) {
        self.version = version
        self.exit = exit
        self.milliseconds = milliseconds
        self.allowed = allowed
    }
}
