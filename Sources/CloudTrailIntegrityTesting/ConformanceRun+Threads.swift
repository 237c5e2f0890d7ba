internal import CloudTrailIntegrity
internal import NativeInterop

extension ConformanceRun {
    /// All listings and all files, by several threads at once, some of which are stopped now and then.
    mutating func checkConcurrency() {
        // What is wrong with one thread is not wrong because of the others.
        guard !found.contains(where: { $0.check != .leftOpen }) else { return }
        let faults = LockedState<Set<String>>([])
        let visitor = ConcurrentVisitor(source, expected.files, someListings)
        let threads = (0..<SourceConformance.threads).map { number in
            WorkerThread {
                let own = visitor.faults(inThread: number)
                faults.withLock { $0.formUnion(own) }
            }
        }
        let started = threads.filter { $0.start() }
        for thread in started { thread.join() }
        for fault in faults.withLock({ $0 }).sorted() {
            note(.concurrency, "while other threads list and read, \(fault)")
        }
    }
}

/// Where threads wait for each other, but not for long: a source may let only some of them in at a time.
private final class Meeting: Sendable {
    private let arrived = LockedState(0)

    /// Waits until all threads are here.
    func wait() {
        arrived.withLock { $0 += 1 }
        let end = MonotonicClock.nanoseconds + 50_000_000
        while arrived.withLock({ $0 }) < SourceConformance.threads, MonotonicClock.nanoseconds < end {}
    }
}

/// What each of several threads does.
private struct ConcurrentVisitor: Sendable {
    private let source: any ObjectSource
    private let files: [(path: ObjectKey, content: [UInt8])]
    private let listings: [AskedListing]
    private let inListing = Meeting()
    private let inFile = Meeting()

    init(
        _ source: any ObjectSource,
        _ files: [(path: ObjectKey, content: [UInt8])],
        _ listings: [AskedListing]
    ) {
        self.source = source
        self.files = files
        self.listings = listings
    }

    /// What is wrong with what one thread comes to, a sentence each.
    func faults(inThread number: Int) -> [String] {
        var faults: [String] = []
        // All are in the middle of a listing, and then of a file.
        var hasWaited = false
        faults += listings[0].faults {
            if !hasWaited { inListing.wait() }
            hasWaited = true
        }
        for offset in listings.indices {
            let listing = listings[(offset + number * 7) % listings.count]
            if offset % 5 == number % 5, !listing.expected.isEmpty {
                faults += listing.faults(stoppingAt: 0, by: CancellationError()) { $0 is CancellationError }
            }
            faults += listing.faults()
        }
        for offset in files.indices {
            let (path, content) = files[(offset + number * 5) % files.count]
            do {
                let object = try source.open(path)
                if offset == 0 { inFile.wait() }
                let wrong = ConformanceRun.faults(of: object, called: path.quoted, content: content, size: 1000)
                faults += wrong.map(\.sentence)
                if try source.metadata(of: path) != object.metadata {
                    faults.append("metadata(of:) of \(path.quoted) is to be what its object says, and is not")
                }
            } catch {
                faults.append("\(path.quoted) is to be opened, and throws \(error)")
            }
        }
        return faults
    }
}
