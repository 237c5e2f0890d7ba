package import CloudTrailIntegrity

/// What a report says of the run itself.
package struct RunFacts: Hashable, Sendable {
    /// The name of the tool.
    package static let tool = "cloudtrail-integrity"

    /// The version of the tool.
    package let version: String
    /// The exit status the command ends with.
    package let exit: Int32
    /// How long the run took, in milliseconds.
    package let milliseconds: Int64
    /// The finding kinds that were accepted.
    package let allowed: [String]
    /// The command line, without the tool's name.
    package let arguments: [String]
    /// The folder that the command was run in, which relative paths begin at; `nil` where it has no path.
    package let folder: String?
    /// The roots of the archive, as they were given.
    package let archives: [String]
    /// When the run began.
    package let begin: Timestamp?
    /// When the archive was judged.
    package let end: Timestamp?

    package init(
        version: String,
        exit: Int32,
        milliseconds: Int64,
        allowed: [String],
        arguments: [String] = [],
        folder: String? = nil,
        archives: [String] = [],
        begin: Timestamp? = nil,
        end: Timestamp? = nil
    ) {
        self.version = version
        self.exit = exit
        self.milliseconds = milliseconds
        self.allowed = allowed
        self.arguments = arguments
        self.folder = folder
        self.archives = archives
        self.begin = begin
        self.end = end
    }

    /// The command line with the tool's name, as a shell takes it.
    package var commandLine: String {
        ([Self.tool] + arguments).map(Self.shellWord).joined(separator: " ")
    }

    private static func shellWord(_ argument: String) -> String {
        let isPlain = argument.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || "-._/=:,@+".utf8.contains(byte)
        }
        if isPlain, !argument.isEmpty { return argument }
        return "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
