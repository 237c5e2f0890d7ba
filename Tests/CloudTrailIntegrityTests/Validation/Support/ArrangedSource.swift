import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop

@testable import Adversary

/// A source over another one that lists, opens and reads as a test says.
struct ArrangedSource: ObjectSource {
    let base: MemoryArchive
    var name: String { base.name }
    /// What is listed and in which order; the base's listing otherwise.
    var entries: [ArchiveEntry]?
    /// Called before each entry is listed.
    var onList: (@Sendable (ArchiveEntry) throws -> Void)?
    /// Called before a file is opened.
    var onOpen: (@Sendable (ObjectKey) throws -> Void)?
    /// Called before each read of a file, with the size of the buffer; what it returns is returned in place of a read.
    var onRead: (@Sendable (ObjectKey, Int) throws -> Int?)?
    /// Called in place of the question whether a file changed.
    var onCheck: (@Sendable (ObjectKey) throws -> Void)?
    /// Called before the metadata of a file is asked for.
    var onMetadata: (@Sendable (ObjectKey) throws -> Void)?
    /// The stored size that is claimed for a file of this one.
    var storedBytes: (@Sendable (UInt64) -> UInt64)?

    init(_ base: MemoryArchive) {
        self.base = base
    }

    func list(_ visit: (ArchiveEntry) throws -> Void) throws {
        func arranged(_ entry: ArchiveEntry) throws {
            try onList?(entry)
            try visit(entry)
        }
        if let entries { return try entries.forEach(arranged) }
        try base.list(arranged)
    }

    func open(_ path: ObjectKey) throws -> any OpenObject {
        try onOpen?(path)
        return ArrangedFile(source: self, path: path, file: try base.open(path))
    }

    private struct ArrangedFile: OpenObject {
        let source: ArrangedSource
        let path: ObjectKey
        let file: any OpenObject

        var storedBytes: UInt64? { file.storedBytes.map { source.storedBytes?($0) ?? $0 } }

        func read(into buffer: inout MutableRawSpan) throws -> Int {
            if let count = try source.onRead?(path, buffer.byteCount) { return count }
            return try file.read(into: &buffer)
        }

        func signatureMetadata() throws -> SignatureMetadata? {
            try source.onMetadata?(path)
            return try file.signatureMetadata()
        }

        func checkUnchanged() throws {
            if let onCheck = source.onCheck { return try onCheck(path) }
            try file.checkUnchanged()
        }
    }
}
