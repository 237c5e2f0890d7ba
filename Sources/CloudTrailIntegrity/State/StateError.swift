/// Why bytes are not a state of earlier runs.
public struct StateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in one line without the file's name.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
