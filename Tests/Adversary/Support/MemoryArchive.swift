import CloudTrailFormat
package import CloudTrailIntegrity
import NativeInterop

/// An archive in memory, so that a test hurts it without touching a disk.
package struct MemoryArchive: ObjectSource {
    package var name: String
    package var files: [ObjectKey: [UInt8]] = [:]
    /// What stands in extended attributes on a disk.
    var metadata: [ObjectKey: SignatureMetadata] = [:]
    /// When files changed last; those not named here have one time that never changes.
    var times: [ObjectKey: Int64] = [:]
    /// Links, special files and unreadable folders.
    var obstacles: [ArchiveEntry] = []
    /// Files that fail to open.
    package var failures: [ObjectKey: ObjectReadError] = [:]
    /// Called before every read.
    var onRead: (@Sendable () -> Void)?

    package init(name: String = "memory") {
        self.name = name
    }

    package func list(_ visit: (ArchiveEntry) throws -> Void) throws {
        for path in files.keys.sorted() { try visit(ArchiveEntry(path: path, kind: .file)) }
        for obstacle in obstacles { try visit(obstacle) }
    }

    package func open(_ path: ObjectKey) throws -> any OpenObject {
        if let failure = failures[path] { throw failure }
        guard let content = files[path] else { throw ObjectReadError(.vanished, "no such file") }
        return MemoryFile(
            content: content,
            signature: metadata[path],
            metadata: ObjectMetadata(storedBytes: UInt64(content.count), modified: times[path] ?? 0),
            onRead: onRead
        )
    }

    package func metadata(of path: ObjectKey) throws -> ObjectMetadata {
        if let failure = failures[path] { throw failure }
        guard let content = files[path] else { throw ObjectReadError(.vanished, "no such file") }
        return ObjectMetadata(storedBytes: UInt64(content.count), modified: times[path] ?? 0)
    }

    private final class MemoryFile: OpenObject {
        private let content: [UInt8]
        private let signature: SignatureMetadata?
        let metadata: ObjectMetadata
        private let onRead: (@Sendable () -> Void)?
        private var offset = 0

        init(
            content: [UInt8],
            signature: SignatureMetadata?,
            metadata: ObjectMetadata,
            onRead: (@Sendable () -> Void)?
        ) {
            self.onRead = onRead
            self.content = content
            self.signature = signature
            self.metadata = metadata
        }

        var storedBytes: UInt64? { UInt64(content.count) }

        func read(into buffer: inout MutableRawSpan) throws -> Int {
            onRead?()
            let count = min(buffer.byteCount, content.count - offset)
            unsafe buffer.withUnsafeMutableBytes { target in
                unsafe target.copyBytes(from: content[offset..<offset + count])
            }
            offset += count
            return count
        }

        func signatureMetadata() throws -> SignatureMetadata? { signature }

        func checkUnchanged() throws {}
    }
}

extension MemoryArchive {
    subscript(_ path: String) -> [UInt8]? {
        get { files[ObjectKey(path)] }
        set { files[ObjectKey(path)] = newValue }
    }

    /// The same files under other paths; `nil` leaves one out.
    func moved(_ path: (ObjectKey) -> ObjectKey?) -> MemoryArchive {
        var moved = MemoryArchive(name: name)
        for (old, content) in files {
            if let new = path(old) { moved.files[new] = content }
        }
        return moved
    }

    /// The files whose path holds `text`.
    func only(_ text: String) -> MemoryArchive {
        moved { $0.description.contains(text) ? $0 : nil }
    }

    /// An archive for each part, in which the files lie below what `head` says of their paths.
    func split(_ head: (ObjectKey) -> String) -> [MemoryArchive] {
        Dictionary(grouping: files.keys, by: head).sorted { $0.key < $1.key }.map { head, paths in
            var part = MemoryArchive(name: "\(name)/\(head)")
            for path in paths { part.files[ObjectKey(path.description.dropFirst(head.count))] = files[path] }
            return part
        }
    }

    /// Every file as a download leaves it that undoes the compression.
    func decompressed() throws -> MemoryArchive {
        let hasher = try ContentHasher()
        var result = MemoryArchive(name: name)
        let limits = ContentHasher.Limits(contentBytes: 1 << 30, ratio: InflateRatio(1000, floorBytes: 1 << 30))
        for (path, content) in files {
            var offset = 0
            let (hashed, plain) = try hasher.hashAndCollect(limits: limits) { buffer in
                let count = min(buffer.byteCount, content.count - offset)
                unsafe buffer.withUnsafeMutableBytes { target in
                    unsafe target.copyBytes(from: content[offset..<offset + count])
                }
                offset += count
                return count
            }
            // What cannot be decompressed is left as it is, as a download would.
            let isWhole = hashed.condition == .complete && hashed.form == .gzip
            let text = path.description
            result.files[isWhole ? ObjectKey(text.dropLast(3)) : path] = isWhole ? plain : content
        }
        return result
    }
}
