import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop

@testable import Adversary

/// Storage of objects as S3 has them: keys in order, listed page by page, with a delimiter or without.
struct PagedBucket: ObjectSource {
    /// What an answer holds.
    struct Page {
        var keys: [ObjectKey] = []
        var commonPrefixes: [ObjectKey] = []
        /// Where the next one goes on; `nil` behind the last.
        var next: ObjectKey?
    }

    /// What was asked of the storage.
    struct Traffic: Sendable {
        var pages = 0
        var opened = 0
        var metadata = 0
        /// The listings that are under way, and the most that ever were.
        var listings = 0
        var peak = 0
    }

    var archive: MemoryArchive
    var pageSize = 7
    var concurrentListings = 8
    /// Whether the pages say what is known of each object.
    var listsMetadata = true
    /// Called before each page, with the prefix that is asked for.
    var onPage: (@Sendable (ObjectKey) throws -> Void)?
    /// What a page says of an object; the truth otherwise.
    var listed: (@Sendable (ObjectKey, ObjectMetadata) -> ObjectMetadata?)?
    /// Called before an object is opened.
    var onOpen: (@Sendable (ObjectKey) throws -> Void)?
    let traffic = LockedState(Traffic())
    private let keys: [ObjectKey]

    init(_ archive: MemoryArchive) {
        self.archive = archive
        keys = archive.files.keys.sorted()
    }

    var name: String { archive.name }

    /// What ListObjectsV2 answers.
    private func page(_ prefix: ObjectKey, isDelimited: Bool, after token: ObjectKey?) throws -> Page {
        try onPage?(prefix)
        traffic.withLock { $0.pages += 1 }
        var page = Page()
        for key in keys where key.hasPrefix(prefix.bytes) {
            let rest = key.bytes.dropFirst(prefix.bytes.count)
            let slash = isDelimited ? rest.firstIndex(of: UInt8(ascii: "/")) : nil
            let item = slash.map { ObjectKey(bytes: Array(key.bytes[...$0])) } ?? key
            if let token, item <= token { continue }
            if item == page.commonPrefixes.last { continue }
            if page.keys.count + page.commonPrefixes.count == pageSize {
                page.next = max(page.keys.last ?? ObjectKey(""), page.commonPrefixes.last ?? ObjectKey(""))
                break
            }
            if slash == nil { page.keys.append(key) } else { page.commonPrefixes.append(item) }
        }
        return page
    }

    private func forEachPage(of prefix: ObjectKey, isDelimited: Bool, _ body: (Page) throws -> Void) throws {
        traffic.withLock { traffic in
            traffic.listings += 1
            traffic.peak = max(traffic.peak, traffic.listings)
        }
        defer { traffic.withLock { $0.listings -= 1 } }
        var token: ObjectKey?
        repeat {
            let page = try page(prefix, isDelimited: isDelimited, after: token)
            try body(page)
            token = page.next
        } while token != nil
    }

    private func entry(_ key: ObjectKey) throws -> ArchiveEntry {
        guard listsMetadata else { return ArchiveEntry(path: key, kind: .file) }
        let known = try archive.metadata(of: key)
        return ArchiveEntry(path: key, kind: .file, metadata: listed.map { $0(key, known) } ?? known)
    }

    func list(_ visit: (ArchiveEntry) throws -> Void) throws {
        try list(below: ObjectKey(""), visit)
    }

    func list(below folder: ObjectKey, _ visit: (ArchiveEntry) throws -> Void) throws {
        try forEachPage(of: folder, isDelimited: false) { page in
            for key in page.keys { try visit(try entry(key)) }
        }
    }

    func list(in folder: ObjectKey, _ visit: (FolderItem) throws -> Void) throws {
        try forEachPage(of: folder, isDelimited: true) { page in
            for key in page.keys { try visit(.entry(try entry(key))) }
            for prefix in page.commonPrefixes { try visit(.folder(prefix)) }
        }
    }

    func open(_ path: ObjectKey) throws -> any OpenObject {
        traffic.withLock { $0.opened += 1 }
        try onOpen?(path)
        return try archive.open(path)
    }

    func metadata(of path: ObjectKey) throws -> ObjectMetadata {
        traffic.withLock { $0.metadata += 1 }
        return try archive.metadata(of: path)
    }
}
