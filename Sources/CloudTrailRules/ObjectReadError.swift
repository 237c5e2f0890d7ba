/// Why a file could not be read. It says nothing of what the file holds.
public struct ObjectReadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What stood in the way.
    @nonexhaustive public enum Reason: String, Hashable, Sendable {
        /// The file or a folder on its way may not be read.
        case permission
        /// It was listed and is not there any more.
        case vanished
        /// A link, a device, a FIFO or a socket.
        case notRegularFile = "not-a-regular-file"
        /// Size, time or identity differ after the read.
        case changed
        /// The storage failed.
        case inputOutput = "io"
    }

    /// What stood in the way.
    public let reason: Reason
    /// What the system said, in one line.
    public let description: String

    /// An error for this reason.
    public init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }
}
