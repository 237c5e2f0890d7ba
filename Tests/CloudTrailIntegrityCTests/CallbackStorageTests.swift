import CCloudTrailIntegrity
import CloudTrailIntegrity
import CloudTrailIntegrityTesting
import NativeInterop
import Testing

@testable import CloudTrailIntegrityC

/// Whether storage behind functions of C is the source that the library asks for.
@Suite("Storage behind functions")
struct CallbackStorageTests {
    /// What the functions are given: files in memory.
    private final class Shelf: Sendable {
        let files: [ObjectKey: [UInt8]]
        let links: [ObjectKey]
        let knowsSizes: Bool
        let open = LockedState(0)

        init(files: [ObjectKey: [UInt8]], links: [ObjectKey], knowsSizes: Bool) {
            (self.files, self.links, self.knowsSizes) = (files, links, knowsSizes)
        }

        static func at(_ context: UnsafeMutableRawPointer?) -> Shelf? {
            unsafe context.map { unsafe Unmanaged<Shelf>.fromOpaque($0).takeUnretainedValue() }
        }
    }

    /// A file that is open, with the shelf that counts it.
    private final class File {
        let shelf: Shelf
        let content: [UInt8]
        var offset = 0

        init(_ shelf: Shelf, _ content: [UInt8]) {
            (self.shelf, self.content) = (shelf, content)
            shelf.open.withLock { $0 += 1 }
        }

        deinit {
            shelf.open.withLock { $0 -= 1 }
        }

        static func at(_ file: UnsafeMutableRawPointer?) -> File? {
            unsafe file.map { unsafe Unmanaged<File>.fromOpaque($0).takeUnretainedValue() }
        }
    }

    private func functions(_ shelf: Shelf) throws -> StorageFunctions {
        var storage = unsafe cti_storage()
        unsafe storage.struct_size = MemoryLayout<cti_storage>.size
        unsafe storage.context = Unmanaged.passUnretained(shelf).toOpaque()
        unsafe storage.list = { context, listing in
            guard let shelf = unsafe Shelf.at(context) else { return CInt(CTI_READ_FAILED.rawValue) }
            let files = shelf.files.keys.map { ($0, CTI_ENTRY_FILE) } + shelf.links.map { ($0, CTI_ENTRY_LINK) }
            for (path, kind) in files {
                let text = path.bytes.map { CChar(bitPattern: $0) } + [0]
                let status = unsafe cti_listing_add(listing, text, path.bytes.count, CInt(kind.rawValue), 0)
                if status != CTI_OK { return CInt(CTI_READ_FAILED.rawValue) }
            }
            return CInt(CTI_READ_OK.rawValue)
        }
        unsafe storage.open = { context, path, length, file in
            let bytes = unsafe Array(UnsafeRawBufferPointer(start: path, count: length))
            guard let shelf = unsafe Shelf.at(context), let content = shelf.files[ObjectKey(bytes: bytes)] else {
                return CInt(CTI_READ_VANISHED.rawValue)
            }
            unsafe file?.pointee = Unmanaged.passRetained(File(shelf, content)).toOpaque()
            return CInt(CTI_READ_OK.rawValue)
        }
        unsafe storage.read = { _, file, buffer, capacity, count in
            guard let file = unsafe File.at(file) else { return CInt(CTI_READ_FAILED.rawValue) }
            let piece = file.content[file.offset...].prefix(capacity)
            unsafe UnsafeMutableRawBufferPointer(start: buffer, count: capacity).copyBytes(from: piece)
            file.offset += piece.count
            unsafe count?.pointee = piece.count
            return CInt(CTI_READ_OK.rawValue)
        }
        unsafe storage.close = { _, file in
            guard let file = unsafe file else { return }
            unsafe Unmanaged<File>.fromOpaque(file).release()
        }
        if shelf.knowsSizes {
            unsafe storage.size = { _, file in unsafe UInt64(File.at(file)?.content.count ?? 0) }
        }
        return unsafe try StorageFunctions(storage)
    }

    @Test(arguments: [false, true])
    func conforms(knowsSizes: Bool) throws {
        var expected = ExpectedArchive.sample()
        expected.links = [ObjectKey("a/link")]
        let shelf = Shelf(files: expected.files, links: Array(expected.links), knowsSizes: knowsSizes)
        let functions = try functions(shelf)
        let probes = SourceConformance.Probes(openHandles: { shelf.open.withLock { $0 } })
        try SourceConformance(expecting: expected, probes: probes) {
            CallbackStorage(name: "functions", functions)
        }
        .check()
        withExtendedLifetime(shelf) {}
    }
}
