internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Why a sample archive could not be made.
package struct SampleArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// The directory for the archive holds something already.
        case directoryNotEmpty
        /// The directory was discarded while the archive was written to it.
        case discarded
        /// The operating system refused to make, open or write something.
        case inputOutput
        /// An option is outside its range.
        case invalidOption
        /// A tamper finds no place of its own.
        case archiveTooSmall
    }

    package let code: Code
    /// The path, the option or the tamper that it is about.
    package let location: String
    /// What is wrong and what to do about it.
    package let reason: String
    /// The `errno` of the operating system, where it refused.
    package let systemError: Int32?

    package var description: String { "\(location): \(reason)" }

    static func directoryNotEmpty(_ path: ByteString) -> Self {
        Self(
            code: .directoryNotEmpty,
            location: path.description,
            reason: "the directory is not empty; nothing was written; give a new or an empty directory",
            systemError: nil
        )
    }

    static func discarded(_ path: ByteString) -> Self {
        Self(code: .discarded, location: path.description, reason: "stopped; no archive was made", systemError: nil)
    }

    static func inputOutput(_ path: ByteString, _ verb: String, _ error: SystemError) -> Self {
        Self(
            code: .inputOutput,
            location: path.description,
            reason: "cannot \(verb): \(error.description); no archive was made; \(remedy(for: error.code))",
            systemError: error.code
        )
    }

    private static func remedy(for systemError: CInt) -> String {
        switch systemError {
        case ENOSPC, EDQUOT: "make room, or give a directory on another disk"
        case EACCES, EPERM, EROFS: "give a directory that this user may write to"
        case ENOENT: "make the folder above it first"
        case ENOTDIR: "give the path of a directory"
        default: "give another directory"
        }
    }

    static func invalidOption(_ name: String, _ value: String, _ remedy: String) -> Self {
        Self(code: .invalidOption, location: name, reason: "'\(value)' cannot be used; \(remedy)", systemError: nil)
    }

    /// No place is left for `tamper`; `missing` describes the place that it needs.
    static func archiveTooSmall(_ tamper: Tamper, missing: String) -> Self {
        Self(
            code: .archiveTooSmall,
            location: tamper.rawValue,
            reason: "no place is left that has \(missing); ask for more hours, regions, accounts or logs",
            systemError: nil
        )
    }
}
