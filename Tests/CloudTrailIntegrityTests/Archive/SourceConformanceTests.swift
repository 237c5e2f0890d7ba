import CloudTrailFormat
import CloudTrailIntegrity
import CloudTrailIntegrityTesting
import NativeInterop
import Testing

@testable import Adversary

/// Our own sources do what is asked of one, and the check notices each thing that one does not.
@Suite("Conformance of sources", .timeLimit(.minutes(10)))
struct SourceConformanceTests {
    // MARK: Sources that conform

    @Test func aFolder() throws {
        let folder = try ScratchFolder()
        var expected = ExpectedArchive.sample()
        for (path, content) in expected.files {
            try folder.makeFolder("root")
            try folder.makeFolder(bytes: Array("root/".utf8) + path.folder.dropLast())
            try folder.write(content, to: Array("root/".utf8) + path.bytes)
        }
        try folder.makeFolder("root/nothing/in/here")
        expected.emptyFolders = [ObjectKey("nothing/in/here/")]
        try folder.link("root/a/link", to: "b-c")
        try folder.link("root/linked folder", to: "a")
        try folder.makeFIFO("root/many/fifo")
        expected.links = [ObjectKey("a/link"), ObjectKey("linked folder")]
        expected.specialFiles = [ObjectKey("many/fifo")]
        let probes = SourceConformance.Probes(openHandles: { folder.openDescriptors() ?? 0 })
        let path = "\(folder.path)/root"
        try SourceConformance(expecting: expected, probes: probes) { try LocalArchive(path: path) }.check()
    }

    /// No folder of a test that may run as root can be unreadable but one that is too deep.
    @Test func aFolderThatCannotBeListed() throws {
        let folder = try ScratchFolder()
        let deep = (0...LocalArchive.maximumDepth).map { "d\($0)" }.joined(separator: "/")
        try folder.makeFolder("root/\(deep)")
        try folder.write("x", to: "root/d0/file")
        var expected = ExpectedArchive(files: [ObjectKey("d0/file"): [0x78]])
        expected.unreadableFolders = [ObjectKey(deep)]
        let path = "\(folder.path)/root"
        try SourceConformance(expecting: expected) { try LocalArchive(path: path) }.check()
    }

    @Test func anArchiveInMemory() throws {
        var archive = memory()
        var expected = ExpectedArchive(files: archive.files)
        let error = ObjectReadError(.permission, "not this one")
        archive.obstacles = [
            ArchiveEntry(path: ObjectKey("a/link"), kind: .link),
            ArchiveEntry(path: ObjectKey("a/closed"), kind: .unreadableFolder(error)),
            ArchiveEntry(path: ObjectKey("closed"), kind: .unreadableFolder(error)),
            ArchiveEntry(path: ObjectKey("locked"), kind: .file),
        ]
        archive.failures[ObjectKey("locked")] = error
        expected.links = [ObjectKey("a/link")]
        expected.unreadableFolders = [ObjectKey("a/closed"), ObjectKey("closed")]
        expected.unreadableFiles = [ObjectKey("locked"): .permission]
        try SourceConformance(expecting: expected) { [archive] in archive }.check()
    }

    @Test func theSourceOfTheSearch() throws {
        let archive = memory()
        for order in [0, 1, 99] as [UInt64] {
            try SourceConformance(expecting: ExpectedArchive(files: archive.files)) {
                AdversaryJudge.Source(base: archive, order: order)
            }.check()
        }
    }

    @Test(arguments: [1, 2, 7, 1000])
    func storageWithPages(pageSize: Int) throws {
        var bucket = PagedBucket(memory())
        bucket.pageSize = pageSize
        let traffic = bucket.traffic
        var probes = SourceConformance.Probes()
        if pageSize < 1000 { probes.pagesAsked = { traffic.withLock(\.pages) } }
        let expected = ExpectedArchive(files: bucket.archive.files)
        try SourceConformance(expecting: expected, probes: probes) { [bucket] in bucket }.check()
    }

    @Test func anEmptyOne() throws {
        try SourceConformance(expecting: ExpectedArchive(files: [:])) { MemoryArchive() }.check()
    }

    private func memory() -> MemoryArchive {
        var archive = MemoryArchive()
        archive.files = ExpectedArchive.sample().files
        return archive
    }

    // MARK: Sources that do not

    /// What is wrong with a source.
    private struct Broken: FolderSource {
        enum Fault: CaseIterable {
            case listsTwice, leavesOut, addsOne, calledLink, otherPath, listsOnceOnly
            case belowIgnoresFolder, belowTakesPrefixForFolder, inListsDeeper, inRepeatsFolders, inDropsSlash
            case losesPageEdge, collectsPages
            case swallowsVisitorError, goesOnAfterError, wrapsVisitorError
            case swallowsCancellation, diesOfCancellation
            case losesLastByte, endsEarly, ignoresBufferSize, neverEnds, goesOnBehindEnd, sharesPosition
            case changesByItself
            case sizeTooSmall, sizeTooLarge, metadataSizeWrong
            case metadataDiffers, listedMetadataDiffers
            case opensWhatIsAbsent, otherReasonForAbsent, otherErrorForAbsent, absentFolderFails
            case unreadableFolderIsEmpty, opensFolders, readsUnreadable
            case noConcurrentListing, oneListingAtATime, oneFileAtATime
            case folderOpensOthers, folderReusesHeld, folderChanged, folderOpensDots, absentFolderOpens
            case keepsObjects, isKept, keepsHandles
        }

        final class Shared: Sendable {
            struct State: Sendable {
                var listings = 0
                /// The listings that are under way.
                var busy = 0
                var pages = 0
                var opened = 0
                /// Where all files are read, if they share that.
                var position = 0
                var handles = 0
                var kept: [Kept] = []
                var wasStopped = false

                mutating func takeKept() -> [Kept] {
                    defer { kept = [] }
                    return kept
                }
            }

            let state = LockedState(State())
        }

        /// Something that is never let go.
        struct Kept: @unchecked Sendable {
            let object: AnyObject
        }

        let fault: Fault?
        let archive: MemoryArchive
        let shared: Shared
        private let entries: [ArchiveEntry]

        init(fault: Fault?, archive: MemoryArchive, shared: Shared) throws {
            (self.fault, self.archive, self.shared) = (fault, archive, shared)
            var entries: [ArchiveEntry] = []
            try archive.list { entry in
                var known = entry.kind == .file ? try? archive.metadata(of: entry.path) : nil
                if fault == .listedMetadataDiffers { known = ObjectMetadata(storedBytes: 12345, modified: 6) }
                entries.append(ArchiveEntry(path: entry.path, kind: entry.kind, metadata: known))
            }
            self.entries = entries
        }

        var name: String { archive.name }
        var concurrentListings: Int { fault == .noConcurrentListing ? 0 : 4 }

        private static let pageSize = 10

        // MARK: Listing

        private func entries(below folder: ObjectKey) -> [ArchiveEntry] {
            switch fault {
            case .belowIgnoresFolder: return entries
            case .belowTakesPrefixForFolder: return entries.filter { $0.path.hasPrefix(folder.bytes.dropLast()) }
            default: return entries.filter { $0.path.hasPrefix(folder.bytes) }
            }
        }

        func list(_ visit: (ArchiveEntry) throws -> Void) throws {
            let (number, wasStopped) = shared.state.withLock { state in
                state.listings += 1
                return (state.listings, state.wasStopped)
            }
            if fault == .listsOnceOnly, number > 1 { return }
            if fault == .diesOfCancellation, wasStopped { throw CancellationError() }
            var entries = entries
            switch fault {
            case .listsTwice: entries.append(entries[3])
            case .leavesOut: entries.remove(at: 3)
            case .addsOne: entries.append(ArchiveEntry(path: ObjectKey("a/added"), kind: .file))
            case .calledLink: entries[3] = ArchiveEntry(path: entries[3].path, kind: .link)
            case .otherPath: entries[3] = ArchiveEntry(path: ObjectKey("./\(entries[3].path)"), kind: .file)
            case .losesPageEdge: entries.remove(at: Self.pageSize)
            default: break
            }
            try hand(over: entries, visit)
        }

        /// Visits entries as a storage with pages does.
        private func hand(over entries: [ArchiveEntry], _ visit: (ArchiveEntry) throws -> Void) throws {
            if fault == .oneListingAtATime {
                let busy = shared.state.withLock { state in
                    state.busy += 1
                    return state.busy
                }
                if busy > 1 {
                    shared.state.withLock { $0.busy -= 1 }
                    throw ObjectReadError(.inputOutput, "busy")
                }
            }
            defer { if fault == .oneListingAtATime { shared.state.withLock { $0.busy -= 1 } } }
            let pages = stride(from: 0, to: entries.count, by: Self.pageSize)
            if fault == .collectsPages { shared.state.withLock { $0.pages += pages.underestimatedCount } }
            var held: (any Error)?
            for page in pages {
                if fault != .collectsPages { shared.state.withLock { $0.pages += 1 } }
                for entry in entries[page..<min(page + Self.pageSize, entries.count)] {
                    do {
                        try visit(entry)
                    } catch {
                        if error is CancellationError { shared.state.withLock { $0.wasStopped = true } }
                        switch fault {
                        case .swallowsVisitorError: return
                        case .swallowsCancellation: if error is CancellationError { return } else { throw error }
                        case .goesOnAfterError: held = error
                        case .wrapsVisitorError: throw ObjectReadError(.inputOutput, "\(error)")
                        default: throw error
                        }
                    }
                }
            }
            if let held { throw held }
        }

        private func require(_ folder: ObjectKey) throws {
            for obstacle in archive.obstacles where folder.bytes.dropLast().elementsEqual(obstacle.path.bytes) {
                if fault == .unreadableFolderIsEmpty { return }
                throw ObjectReadError(.permission, "closed")
            }
            if fault == .absentFolderFails, folder.description.hasPrefix("absent") {
                throw ObjectReadError(.inputOutput, "what is that?")
            }
        }

        func list(below folder: ObjectKey, _ visit: (ArchiveEntry) throws -> Void) throws {
            try require(folder)
            try hand(over: entries(below: folder), visit)
        }

        func list(in folder: ObjectKey, _ visit: (FolderItem) throws -> Void) throws {
            try require(folder)
            var known: Set<ObjectKey> = []
            try hand(over: entries(below: folder)) { entry in
                let rest = entry.path.bytes.dropFirst(folder.bytes.count)
                guard let slash = rest.firstIndex(of: UInt8(ascii: "/")), fault != .inListsDeeper else {
                    return try visit(.entry(entry))
                }
                let end = fault == .inDropsSlash ? slash : slash + 1
                let path = ObjectKey(bytes: Array(entry.path.bytes[..<end]))
                if known.insert(path).inserted || fault == .inRepeatsFolders { try visit(.folder(path)) }
            }
        }

        // MARK: Reading

        func open(_ path: ObjectKey) throws -> any OpenObject {
            let isThere = archive.files[path] != nil
            if archive.failures[path] != nil, fault == .readsUnreadable { return File(self, []) }
            if !isThere, archive.failures[path] == nil {
                let isAbsent = path.description.hasPrefix("absent")
                switch fault {
                case .opensWhatIsAbsent where isAbsent: return File(self, [])
                case .otherReasonForAbsent where isAbsent: throw ObjectReadError(.inputOutput, "gone")
                case .otherErrorForAbsent where isAbsent: throw Gone()
                case .opensFolders where path.description == "a": return File(self, [])
                default: break
                }
            }
            _ = try archive.open(path)
            let file = File(self, archive.files[path] ?? [])
            if fault == .keepsObjects { shared.state.withLock { $0.kept.append(Kept(object: file)) } }
            if fault == .keepsHandles { shared.state.withLock { $0.handles += 1 } }
            return file
        }

        private struct Gone: Error {}

        func metadata(of path: ObjectKey) throws -> ObjectMetadata {
            if archive.files[path] == nil, path.description.hasPrefix("absent") {
                switch fault {
                case .opensWhatIsAbsent: return ObjectMetadata(storedBytes: 0, modified: 0)
                case .otherReasonForAbsent: throw ObjectReadError(.inputOutput, "gone")
                case .otherErrorForAbsent: throw Gone()
                default: break
                }
            }
            let known = try archive.metadata(of: path)
            switch fault {
            case .metadataSizeWrong: return ObjectMetadata(storedBytes: known.storedBytes + 1, modified: 0)
            case .metadataDiffers: return ObjectMetadata(storedBytes: known.storedBytes, modified: 77)
            default: return known
            }
        }

        final class File: OpenObject {
            private let source: Broken
            private let content: [UInt8]
            private var offset = 0
            private let number: Int

            init(_ source: Broken, _ content: [UInt8]) {
                self.source = source
                self.content = content
                number = source.shared.state.withLock { state in
                    state.opened += 1
                    state.position = 0
                    return state.opened
                }
            }

            var storedBytes: UInt64? {
                switch source.fault {
                case .sizeTooSmall: UInt64(content.count / 2)
                case .sizeTooLarge: UInt64(content.count + 1)
                default: UInt64(content.count)
                }
            }

            var metadata: ObjectMetadata {
                let added: UInt64 = source.fault == .metadataSizeWrong ? 1 : 0
                return ObjectMetadata(storedBytes: UInt64(content.count) + added, modified: 0)
            }

            func read(into buffer: inout MutableRawSpan) throws -> Int {
                if source.fault == .oneFileAtATime, number != source.shared.state.withLock(\.opened), offset > 0 {
                    throw ObjectReadError(.inputOutput, "another file was opened")
                }
                var end = content.count
                switch source.fault {
                case .losesLastByte: end = max(0, end - 1)
                case .endsEarly: end = min(end, 100_000)
                default: break
                }
                var start = offset
                if source.fault == .sharesPosition { start = source.shared.state.withLock(\.position) }
                start = min(start, end)
                let count = min(buffer.byteCount, end - start)
                unsafe buffer.withUnsafeMutableBytes { target in
                    unsafe target.copyBytes(from: content[start..<start + count])
                }
                offset = start + count
                source.shared.state.withLock { [offset] in $0.position = offset }
                switch source.fault {
                case .ignoresBufferSize: return end - start
                case .neverEnds: return max(1, count)
                case .goesOnBehindEnd where count == 0:
                    offset = 0
                    return 0
                default: return count
                }
            }

            func checkUnchanged() throws {
                if source.fault == .changesByItself { throw ObjectReadError(.changed, "it changed") }
            }
        }

        // MARK: Folders

        func openFolder(_ path: ObjectKey, checkingEachFile: Bool) throws -> any ObjectFolder {
            Folder(self, path)
        }

        final class Folder: ObjectFolder {
            private let source: Broken
            private let path: ObjectKey
            private var last: HeldFile?

            init(_ source: Broken, _ path: ObjectKey) {
                self.source = source
                self.path = path
            }

            private func path(of name: Span<UInt8>) throws -> ObjectKey {
                var bytes = path.bytes
                for index in name.indices { bytes.append(name[index]) }
                let text = String(decoding: bytes.dropFirst(path.bytes.count), as: UTF8.self)
                if source.fault == .folderOpensDots, text == ".." { return ObjectKey("byte") }
                if source.fault == .absentFolderOpens, path.description.hasPrefix("absent") { return ObjectKey("byte") }
                return ObjectKey(bytes: bytes)
            }

            func open(_ name: Span<UInt8>) throws -> any OpenObject {
                let path = try path(of: name)
                if source.fault == .folderOpensOthers, source.archive.files[path] != nil {
                    return try source.open(ObjectKey("byte"))
                }
                guard source.fault == .folderReusesHeld else { return try source.open(path) }
                let file = try source.archive.open(path)
                if let last { last.file = file } else { last = HeldFile(file) }
                return last ?? HeldFile(file)
            }

            func metadata(of name: Span<UInt8>) throws -> ObjectMetadata { try source.metadata(of: path(of: name)) }

            var unchangedCheck: (@Sendable () throws -> Void)? {
                guard source.fault == .folderChanged else { return nil }
                return { throw ObjectReadError(.changed, "it was renamed") }
            }
        }

        /// A file that becomes another while somebody holds it.
        final class HeldFile: OpenObject {
            var file: any OpenObject
            init(_ file: any OpenObject) { self.file = file }
            var storedBytes: UInt64? { file.storedBytes }
            var metadata: ObjectMetadata { file.metadata }
            func read(into buffer: inout MutableRawSpan) throws -> Int { try file.read(into: &buffer) }
        }
    }

    /// A source that is an object.
    private final class Holder: ObjectSource {
        let base: Broken

        init(_ base: Broken) { self.base = base }

        var name: String { base.name }
        func list(_ visit: (ArchiveEntry) throws -> Void) throws { try base.list(visit) }
        func open(_ path: ObjectKey) throws -> any OpenObject { try base.open(path) }
        func metadata(of path: ObjectKey) throws -> ObjectMetadata { try base.metadata(of: path) }
    }

    private func nonconformities(_ fault: Broken.Fault?) throws -> [Nonconformity] {
        var archive = memory()
        var expected = ExpectedArchive(files: archive.files)
        let error = ObjectReadError(.permission, "closed")
        archive.obstacles = [ArchiveEntry(path: ObjectKey("closed"), kind: .unreadableFolder(error))]
        archive.obstacles.append(ArchiveEntry(path: ObjectKey("locked"), kind: .file))
        archive.failures[ObjectKey("locked")] = error
        expected.unreadableFolders = [ObjectKey("closed")]
        expected.unreadableFiles = [ObjectKey("locked"): .permission]
        let shared = Broken.Shared()
        let probes = SourceConformance.Probes(
            openHandles: { shared.state.withLock(\.handles) },
            pagesAsked: { shared.state.withLock(\.pages) }
        )
        // What is kept holds what keeps it.
        defer { _ = shared.state.withLock { state in state.takeKept() } }
        return try SourceConformance(expecting: expected, probes: probes) { [archive] in
            let source = try Broken(fault: fault, archive: archive, shared: shared)
            guard fault == .isKept else { return source }
            let holder = Holder(source)
            shared.state.withLock { $0.kept.append(Broken.Kept(object: holder)) }
            return holder
        }
        .nonconformities()
    }

    @Test func theOneThatIsBrokenOnPurposeConformsWhereItIsNot() throws {
        #expect(try nonconformities(nil) == [])
    }

    /// Each thing that is asked of a source is noticed where one does not do it, by the check that is for it.
    @Test(arguments: Broken.Fault.allCases)
    private func faults(_ fault: Broken.Fault) throws {
        let expected: Nonconformity.Check =
            switch fault {
            case .listsTwice, .leavesOut, .addsOne, .calledLink, .otherPath, .listsOnceOnly, .losesPageEdge: .listing
            case .belowIgnoresFolder, .belowTakesPrefixForFolder: .listingBelowFolder
            case .inListsDeeper, .inRepeatsFolders, .inDropsSlash: .listingInFolder
            case .collectsPages: .paging
            case .swallowsVisitorError, .goesOnAfterError, .wrapsVisitorError: .visitorError
            case .swallowsCancellation, .diesOfCancellation: .cancellation
            case .losesLastByte, .endsEarly, .ignoresBufferSize, .neverEnds, .sharesPosition, .changesByItself,
                .goesOnBehindEnd:
                .reading
            case .sizeTooSmall, .sizeTooLarge, .metadataSizeWrong: .sizes
            case .metadataDiffers, .listedMetadataDiffers: .metadata
            case .opensWhatIsAbsent, .otherReasonForAbsent, .otherErrorForAbsent, .absentFolderFails,
                .unreadableFolderIsEmpty, .opensFolders, .readsUnreadable:
                .errors
            case .noConcurrentListing, .oneListingAtATime, .oneFileAtATime: .concurrency
            case .folderOpensOthers, .folderReusesHeld, .folderChanged, .folderOpensDots, .absentFolderOpens: .folders
            case .keepsObjects, .isKept, .keepsHandles: .leftOpen
            }
        let found = try nonconformities(fault)
        #expect(found.contains { $0.check == expected }, "\(fault): \(found)")
        #expect(found.allSatisfy { !$0.description.isEmpty && !$0.description.contains("\n") })
    }

    @Test func whatDoesNotConformIsThrown() throws {
        let archive = memory()
        var files = archive.files
        files[ObjectKey("a/\u{1b}[31m")] = [1]
        let error = #expect(throws: SourceConformanceError.self) {
            try SourceConformance(expecting: ExpectedArchive(files: files)) { archive }.check()
        }
        #expect(error?.nonconformities.contains { $0.check == .listing } == true)
        #expect(error?.description.contains("list(_:) is to visit 'a/\\u{1b}[31m', a file, and does not") == true)
        struct NotMade: Error {}
        #expect(throws: NotMade.self) {
            try SourceConformance(expecting: ExpectedArchive(files: files)) { throw NotMade() }.check()
        }
    }
}
