internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop
internal import Synchronization

/// Lists the folders of a source on several threads, each a folder at a time, and hands over what lies in them on the thread
/// that waits for it.
///
/// Folders are gone into, from the root down, until there are enough of them for all threads; each is then listed with all
/// that is below it.
final class ConcurrentListing: Sendable {
    private struct State: Sendable {
        /// The folders that are not begun, from ``next`` on.
        var folders: [ObjectKey]
        var next = 0
        /// The folders that are being listed.
        var busy = 0
        /// Those that were left and not handed over.
        var left: [ArchiveListing.Folder] = []
        /// What the threads gathered that have ended.
        var ended: [ArchiveListing] = []
        /// The threads that have not ended.
        var running = 0
        var error: (any Error)?
        var isStopped = false

        var waiting: Int { folders.count - next }

        mutating func takeFolder() -> ObjectKey {
            defer {
                next += 1
                if next == folders.count { (folders, next) = ([], 0) }
            }
            return folders[next]
        }
    }

    /// What the threads wait for.
    private enum Condition {
        /// A folder, or the end.
        static let folder = 0
        /// That there is room for a folder that was left.
        static let room = 1
        /// A folder that was left, or the end of a thread.
        static let left = 2
    }

    /// Ends the listings of a run that failed elsewhere.
    private struct Stopped: Error {}

    private let source: any ObjectSource
    private let check: @Sendable () throws -> Void
    private let state: LockedState<State>
    /// A copy of what the state says, to be asked for every entry.
    private let isStopped = Atomic<Bool>(false)
    private let threadCount: Int
    private let threads = LockedState<[WorkerThread]>([])

    /// The most threads, whatever a source says.
    private static let mostThreads = 64
    /// The most folders that wait to be handed over.
    private static let mostLeft = 256

    private init(
        _ threadCount: Int,
        _ source: any ObjectSource,
        below folder: ObjectKey,
        _ check: @escaping @Sendable () throws -> Void
    ) {
        state = LockedState(State(folders: [folder]), conditions: 3)
        self.threadCount = threadCount
        self.source = source
        self.check = check
    }

    /// Begins to list a source, or a folder of it.
    ///
    /// - Parameters:
    ///   - count: The number of folders that are listed at a time.
    ///   - folder: The path of the folder, with the `/` at its end; empty for all.
    ///   - listing: One that has gathered nothing.
    ///   - check: Called with every entry; what it throws ends the listing.
    /// - Returns: `nil` where one thread is enough, or no more are to be had.
    static func start(
        _ count: Int,
        _ source: any ObjectSource,
        below folder: ObjectKey,
        _ listing: ArchiveListing,
        _ check: @escaping @Sendable () throws -> Void
    ) -> ConcurrentListing? {
        let count = min(count, mostThreads)
        if count < 2 { return nil }
        let listings = ConcurrentListing(count, source, below: folder, check)
        for _ in 0..<count {
            listings.state.withLock { $0.running += 1 }
            let thread = WorkerThread { listings.work(listing) }
            if thread.start() {
                listings.threads.withLock { $0.append(thread) }
            } else {
                listings.state.withLock { $0.running -= 1 }
            }
        }
        return listings.threads.withLock(\.isEmpty) ? nil : listings
    }

    /// Waits until all is listed.
    ///
    /// - Parameter leave: Called with each folder that was left; what it throws ends the listing.
    /// - Returns: What the listings have to say in the end.
    /// - Throws: What `leave`, the source and `check` throw, when all threads have ended.
    func finish(leaving leave: (ArchiveListing.Folder) throws -> Void) throws -> [ArchiveListing] {
        defer { for thread in takeThreads() { thread.join() } }
        do {
            while true {
                let (left, isEnd) = state.wait(on: Condition.left) { state -> ([ArchiveListing.Folder], Bool)? in
                    if state.left.isEmpty && state.running > 0 { return nil }
                    defer { state.left = [] }
                    return (state.left, state.running == 0)
                }
                state.broadcast(Condition.room)
                try state.withLock { if let error = $0.error { throw error } }
                for folder in left { try leave(folder) }
                if isEnd { return state.withLock { $0.ended } }
            }
        } catch {
            stop(error)
            throw error
        }
    }

    /// The threads, which hold this object as long as it holds them.
    private func takeThreads() -> [WorkerThread] {
        threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
    }

    private func stop(_ error: any Error) {
        isStopped.store(true, ordering: .relaxed)
        state.withLock { state in
            state.error = state.error ?? error
            state.isStopped = true
        }
        for condition in [Condition.folder, Condition.room, Condition.left] { state.broadcast(condition) }
    }

    // MARK: Threads

    /// Lists one folder after another, until there is none.
    private func work(_ listing: ArchiveListing) {
        var listing = listing
        do {
            while let (folder, isGoneInto) = nextFolder() {
                try list(folder, isGoneInto, &listing)
                let isLast = state.withLock { state in
                    state.busy -= 1
                    return state.busy == 0 && state.waiting == 0
                }
                if isLast { state.broadcast(Condition.folder) }
            }
        } catch {
            stop(error)
        }
        state.withLock { [listing] state in
            state.ended.append(listing)
            state.running -= 1
        }
        state.signal(Condition.left)
    }

    /// The folder to be listed next, and whether those below it are listed by themselves.
    private func nextFolder() -> (ObjectKey, isGoneInto: Bool)? {
        state.wait(on: Condition.folder) { state -> (ObjectKey, isGoneInto: Bool)?? in
            if state.isStopped { return .some(nil) }
            if state.waiting == 0 { return state.busy == 0 ? .some(nil) : nil }
            let isGoneInto = state.waiting + state.busy < 4 * threadCount
            state.busy += 1
            return (state.takeFolder(), isGoneInto)
        }
    }

    private func list(_ folder: ObjectKey, _ isGoneInto: Bool, _ listing: inout ArchiveListing) throws {
        /// What ended the listing, whatever the source makes of it.
        var failure: (any Error)?
        func visit(_ path: ObjectKey, _ body: () throws -> Void) throws {
            do {
                if isStopped.load(ordering: .relaxed) { throw Stopped() }
                try check()
                // What belongs to another folder would be listed twice, or for ever.
                guard path.hasPrefix(folder.bytes) else { throw ObjectReadError.outsideFolder }
                try body()
            } catch {
                failure = error
                throw error
            }
        }
        func add(_ entry: ArchiveEntry) throws {
            if let left = listing.enter(entry.path) { try hand(over: left) }
            listing.add(entry)
        }
        do {
            do {
                if isGoneInto {
                    var known: Set<ObjectKey> = []
                    try source.list(in: folder) { item in
                        switch item {
                        case .entry(let entry): try visit(entry.path) { try add(entry) }
                        case .folder(let path):
                            try visit(path) {
                                guard path.isDirectly(in: folder) else { throw ObjectReadError.outsideFolder }
                                if known.insert(path).inserted { enqueue(path) }
                            }
                        }
                    }
                } else {
                    try source.list(below: folder) { entry in try visit(entry.path) { try add(entry) } }
                }
            } catch {
                throw failure ?? error
            }
            if let failure { throw failure }
        } catch let error as ObjectReadError where !folder.bytes.isEmpty {
            // What lies in it may be there: nothing of it is missing.
            try add(ArchiveEntry(path: ObjectKey(bytes: folder.bytes.dropLast()), kind: .unreadableFolder(error)))
        }
        if let left = listing.leave() { try hand(over: left) }
    }

    private func enqueue(_ folder: ObjectKey) {
        state.withLock { $0.folders.append(folder) }
        state.signal(Condition.folder)
    }

    private func hand(over folder: ArchiveListing.Folder) throws {
        try state.wait(on: Condition.room) { state -> Void? in
            if state.isStopped { throw Stopped() }
            if state.left.count == Self.mostLeft { return nil }
            return state.left.append(folder)
        }
        state.signal(Condition.left)
    }
}

extension ObjectKey {
    /// Whether this is the path of a folder that lies in `folder`, and in none between.
    fileprivate func isDirectly(in folder: ObjectKey) -> Bool {
        let slash = UInt8(ascii: "/")
        guard hasPrefix(folder.bytes) else { return false }
        let name = bytes.dropFirst(folder.bytes.count)
        return name.last == slash && !name.dropLast().contains(slash)
    }
}

extension ObjectReadError {
    fileprivate static let outsideFolder =
        ObjectReadError(.inputOutput, "the storage named something that does not lie in the folder")
}
