import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A new folder below the system's temporary one, removed with its owner. Names in it are bytes, as the system has them.
final class ScratchFolder: Sendable {
    let path: String

    struct Failure: Error {
        let code: CInt
    }

    init() throws {
        let url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appending(path: "CloudTrailIntegrityTests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    private func absolute(_ name: some Sequence<UInt8>) -> [CChar] {
        (Array(path.utf8) + [UInt8(ascii: "/")] + Array(name) + [0]).map { CChar(bitPattern: $0) }
    }

    private func check(_ result: CInt) throws {
        guard result == 0 else { throw Failure(code: errno) }
    }

    /// Makes a folder, and those above it where they are absent.
    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }

    /// Makes a folder whose name need not be UTF-8, and those above it where they are absent.
    func makeFolder(bytes name: [UInt8]) throws {
        for end in name.indices.filter({ name[$0] == UInt8(ascii: "/") }) + [name.endIndex] {
            let result = unsafe mkdir(absolute(name[..<end]), 0o755)
            guard result == 0 || errno == EEXIST else { throw Failure(code: errno) }
        }
    }

    /// Writes a file with this name, over one that is there.
    func write(_ content: [UInt8], to name: some Sequence<UInt8>) throws {
        let descriptor = unsafe open(absolute(name), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        defer { close(descriptor) }
        guard unsafe Foundation.write(descriptor, content, content.count) == content.count else {
            throw Failure(code: errno)
        }
    }

    func write(_ content: String, to name: String) throws {
        try write(Array(content.utf8), to: name.utf8)
    }

    func link(_ name: String, to target: String) throws {
        try check(unsafe symlink(target, absolute(name.utf8)))
    }

    func makeFIFO(_ name: String) throws {
        try check(unsafe mkfifo(absolute(name.utf8), 0o600))
    }

    #if os(Linux)
    func makeSocket(_ name: String) throws {
        try check(unsafe mknod(absolute(name.utf8), S_IFSOCK | 0o600, 0))
    }
    #endif

    func rename(_ name: String, to other: String) throws {
        try check(unsafe Foundation.rename(absolute(name.utf8), absolute(other.utf8)))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }

    func setPermissions(_ permissions: Int, of name: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: "\(path)/\(name)")
    }

    /// Sets the time of the last change, in seconds since 1970.
    func setTime(_ seconds: TimeInterval, of name: String) throws {
        let date = Date(timeIntervalSince1970: seconds)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: "\(path)/\(name)")
    }

    func setAttributes(_ values: [String: [UInt8]], of name: String) throws {
        try FileManager.default.setAttributes(
            [FileAttributeKey(rawValue: "NSFileExtendedAttributes"): values.mapValues { Data($0) }],
            ofItemAtPath: "\(path)/\(name)"
        )
    }

    /// The descriptors of this process that are open on the folder or on what is below it; `nil` where the system does
    /// not tell.
    func openDescriptors() -> Int? {
        let manager = FileManager.default
        guard let numbers = try? manager.contentsOfDirectory(atPath: "/proc/self/fd") else { return nil }
        return numbers.count { number in
            (try? manager.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)"))?.hasPrefix(path) == true
        }
    }
}
