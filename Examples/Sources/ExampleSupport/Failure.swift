import Foundation

/// Why a program of ours cannot go on: one line for people, and what it ends with.
public struct Failure: Error {
    /// The exit statuses that the examples share with the command `cloudtrail-integrity`, as sysexits.h has them.
    public enum Status: CInt, Sendable {
        case usage = 64
        case noInput = 66
        case notPosted = 69
        case cannotWrite = 74
    }

    /// What the process ends with.
    public let status: Status
    /// What is wrong, where, and what to do.
    public let message: String

    /// A failure.
    public init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }

    /// Says why, in one line whatever a file or a database put into the text, and ends the process.
    public static func end(_ error: any Error) -> Never {
        let failure = error as? Failure ?? Failure(.noInput, "\(error)")
        let unsafe = CharacterSet.controlCharacters.union(.newlines)
        let line = failure.message.components(separatedBy: unsafe).joined(separator: "\u{fffd}")
        FileHandle.standardError.write(Data("Error: \(line)\n".utf8))
        exit(failure.status.rawValue)
    }
}
