public import CloudTrailIntegrity

/// Looks whether a source does what ``ObjectSource`` asks of it, and ``FolderSource`` where it is one.
///
/// It belongs to no test framework: call ``check()`` in a test of any, which fails by what that throws, or compare
/// ``nonconformities()`` with none.
public struct SourceConformance: Sendable {
    /// What the test knows of the storage behind a source, where it can.
    public struct Probes: Sendable {
        /// How many handles of the storage are open just now, such as descriptors or connections.
        public var openHandles: (@Sendable () -> Int)?
        /// How many pages the storage was asked for so far.
        public var pagesAsked: (@Sendable () -> Int)?

        /// Nothing is known but what is given here.
        public init(openHandles: (@Sendable () -> Int)? = nil, pagesAsked: (@Sendable () -> Int)? = nil) {
            self.openHandles = openHandles
            self.pagesAsked = pagesAsked
        }
    }

    let expected: ExpectedArchive
    let probes: Probes
    let makeSource: @Sendable () throws -> any ObjectSource
    /// The threads that list and read at once.
    static let threads = 8

    /// A check of the sources that a closure makes.
    ///
    /// - Parameters:
    ///   - expected: What they hold. A storage with pages is to have pages of which this takes several.
    ///   - probes: What the test knows of the storage.
    ///   - makeSource: Makes a source; one that is used by nobody else.
    public init(
        expecting expected: ExpectedArchive,
        probes: Probes = Probes(),
        makeSource: @escaping @Sendable () throws -> any ObjectSource
    ) {
        self.expected = expected
        self.probes = probes
        self.makeSource = makeSource
    }

    /// All that does not conform; empty when the source does.
    ///
    /// - Throws: What making a source throws.
    public func nonconformities() throws -> [Nonconformity] {
        let before = probes.openHandles?()
        var (found, isFreed) = try nonconformitiesOfOne()
        if !isFreed() {
            let sentence = "the source is to end with its last reference, and is still there"
            found.append(Nonconformity(check: .leftOpen, description: sentence))
        }
        if let before, let after = probes.openHandles?(), after > before {
            let sentence = "nothing is to stay open when the source is gone, and \(after - before) handles are"
            found.append(Nonconformity(check: .leftOpen, description: sentence))
        }
        return found
    }

    /// - Throws: ``SourceConformanceError`` when something does not conform; what making a source throws.
    public func check() throws {
        let found = try nonconformities()
        if !found.isEmpty { throw SourceConformanceError(nonconformities: found) }
    }

    /// Makes a source and looks at it.
    ///
    /// - Returns: What does not conform, and whether the source is gone by the time that is asked.
    private func nonconformitiesOfOne() throws -> ([Nonconformity], isFreed: () -> Bool) {
        let source = try makeSource()
        var run = ConformanceRun(source, expected, probes)
        run.checkListing()
        run.checkVisitorErrors()
        run.checkPaging()
        run.checkReading()
        run.checkErrors()
        run.checkConcurrency()
        if let source = source as? any FolderSource { run.checkFolders(of: source) }
        run.checkObjectsEnd()
        guard type(of: source) is AnyClass else { return (run.found, { true }) }
        weak let object = source as AnyObject
        return (run.found, { object == nil })
    }
}

/// What was found in the course of a check.
struct ConformanceRun {
    let source: any ObjectSource
    let expected: Expectation
    let probes: SourceConformance.Probes
    private(set) var found: [Nonconformity] = []

    /// The most sentences about one thing.
    private static let mostOfOne = 20

    init(_ source: any ObjectSource, _ expected: ExpectedArchive, _ probes: SourceConformance.Probes) {
        self.source = source
        self.expected = Expectation(expected)
        self.probes = probes
    }

    /// Notes what does not conform, unless much of that was noted already.
    mutating func note(_ check: Nonconformity.Check, _ sentence: String) {
        guard found.count(where: { $0.check == check }) < Self.mostOfOne else { return }
        found.append(Nonconformity(check: check, description: sentence))
    }

    /// Calls `body`, which should not throw.
    mutating func expecting<Result>(
        _ check: Nonconformity.Check,
        _ what: String,
        _ body: () throws -> Result
    ) -> Result? {
        do {
            return try body()
        } catch {
            note(check, "\(what) is to succeed, and throws \(error)")
            return nil
        }
    }

    /// Calls `body`, which should throw an ``ObjectReadError``.
    ///
    /// - Parameter reason: For this reason, where it matters.
    mutating func expectingError(
        _ check: Nonconformity.Check,
        _ what: String,
        reason: ObjectReadError.Reason? = nil,
        _ body: () throws -> Void
    ) {
        let wanted = "an ObjectReadError" + (reason.map { " for the reason '\($0.rawValue)'" } ?? "")
        do {
            try body()
            note(check, "\(what) is to throw \(wanted), and throws nothing")
        } catch let error as ObjectReadError {
            if let reason, error.reason != reason {
                note(check, "\(what) is to throw \(wanted), and throws one for '\(error.reason.rawValue)'")
            }
        } catch {
            note(check, "\(what) is to throw \(wanted), and throws \(error)")
        }
    }
}
