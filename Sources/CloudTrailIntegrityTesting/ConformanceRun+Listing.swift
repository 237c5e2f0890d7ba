internal import CloudTrailIntegrity

/// A listing that can be asked for.
struct AskedListing: Sendable {
    typealias Visitor = (ObjectKey, Expectation.Kind) throws -> Void

    let name: String
    let check: Nonconformity.Check
    /// What it is to visit.
    let expected: [ObjectKey: Expectation.Kind]
    let run: @Sendable (Visitor) throws -> Void

    /// That of everything.
    static func all(_ source: any ObjectSource, _ expected: Expectation) -> AskedListing {
        AskedListing(name: "list(_:)", check: .listing, expected: expected.entries) { visit in
            try source.list { try visit($0.path, Expectation.Kind($0.kind)) }
        }
    }

    /// That of what is below a folder.
    static func below(_ folder: ObjectKey, _ source: any ObjectSource, _ expected: Expectation) -> AskedListing {
        AskedListing(
            name: "list(below:) of \(folder.quoted)",
            check: .listingBelowFolder,
            expected: expected.entries.filter { $0.key.lies(below: folder) }
        ) { visit in
            try source.list(below: folder) { try visit($0.path, Expectation.Kind($0.kind)) }
        }
    }

    /// That of what lies directly in a folder.
    static func directly(in folder: ObjectKey, _ source: any ObjectSource, _ expected: Expectation) -> AskedListing {
        var items = expected.entries.filter { $0.key.lies(in: folder) }
        for path in expected.folders where path.lies(in: folder) { items[path] = .folder }
        return AskedListing(name: "list(in:) of \(folder.quoted)", check: .listingInFolder, expected: items) { visit in
            try source.list(in: folder) { item in
                switch item {
                case .folder(let path): try visit(path, .folder)
                case .entry(let entry): try visit(entry.path, Expectation.Kind(entry.kind))
                @unknown default: break
                }
            }
        }
    }

    /// What is wrong with what it visits, a sentence each.
    ///
    /// - Parameter visited: Called at each visit.
    func faults(atVisit visited: () -> Void = {}) -> [String] {
        var kinds: [ObjectKey: [Expectation.Kind]] = [:]
        var count = 0
        do {
            try run { path, kind in
                visited()
                count += 1
                if count > 1000 + 4 * expected.count { throw Endless() }
                // A key that ends in `/` is not an entry.
                if kind != .folder, path.bytes.last == UInt8(ascii: "/") { return }
                kinds[path, default: []].append(kind)
            }
        } catch is Endless {
            return ["\(name) is to visit \(expected.count) entries, and visits more than \(count - 1)"]
        } catch {
            return ["\(name) is to succeed, and throws \(error)"]
        }
        var faults: [String] = []
        for (path, kind) in expected.sorted(by: { $0.key < $1.key }) {
            guard let found = kinds[path] else {
                faults.append("\(name) is to visit \(path.quoted), \(kind.rawValue), and does not")
                continue
            }
            if found.count > 1 {
                faults.append("\(name) is to visit \(path.quoted) once, and does so \(found.count) times")
            }
            if let other = found.first(where: { $0 != kind }) {
                let both = "as \(kind.rawValue), and does so as \(other.rawValue)"
                faults.append("\(name) is to visit \(path.quoted) \(both)")
            }
        }
        for path in kinds.keys.sorted() where expected[path] == nil {
            faults.append("\(name) is not to visit \(path.quoted), and does")
        }
        return faults
    }

    /// What is wrong with how it stops when its visitor throws.
    ///
    /// - Parameters:
    ///   - number: At which visit it throws, from 0.
    ///   - error: What it throws.
    ///   - isSame: Whether an error is that one.
    func faults(stoppingAt number: Int, by error: any Error, _ isSame: (any Error) -> Bool) -> [String] {
        var count = 0
        var faults: [String] = []
        let what = "\(name), whose visitor throws at visit \(number + 1),"
        do {
            try run { _, _ in
                count += 1
                // One that goes on for ever ends all the same, where it stops at all.
                if count > number { throw error }
            }
            faults.append("\(what) is to throw the visitor's error, and returns")
        } catch let other {
            if !isSame(other) { faults.append("\(what) is to throw the visitor's error, and throws \(other)") }
        }
        if count > number + 1 {
            faults.append("\(what) is to call it no more, and does so \(count - number - 1) times")
        }
        return faults
    }
}

/// What a visitor throws.
private struct VisitorError: Error, Equatable {
    let number: Int
}

/// What a visitor throws of which a listing finds no end.
private struct Endless: Error {}

extension ConformanceRun {
    /// All listings that can be asked for.
    private var listings: [AskedListing] {
        listings(of: expected.folders)
    }

    /// Listings for what is tried many times: those of folders all over the archive.
    var someListings: [AskedListing] {
        let folders = expected.folders
        let most = 24
        let stride = max(1, (folders.count + most - 1) / most)
        return listings(of: folders.indices.filter { $0.isMultiple(of: stride) }.map { folders[$0] })
    }

    private func listings(of folders: [ObjectKey]) -> [AskedListing] {
        var listings = [AskedListing.all(source, expected)]
        for folder in [ObjectKey("")] + folders {
            listings.append(.below(folder, source, expected))
            listings.append(.directly(in: folder, source, expected))
        }
        return listings
    }

    /// Every listing, twice: the second time shows whether the first one left something behind.
    mutating func checkListing() {
        for listing in listings {
            let faults = listing.faults()
            for fault in faults { note(listing.check, fault) }
            if !faults.isEmpty { continue }
            for fault in listing.faults() { note(listing.check, "when asked again, \(fault)") }
        }
        if source.concurrentListings < 1 {
            note(.concurrency, "concurrentListings is to be 1 or more, and is \(source.concurrentListings)")
        }
    }

    /// Visitors that throw at the first visits, at the last, and at some between.
    mutating func checkVisitorErrors() {
        for listing in someListings where !listing.expected.isEmpty {
            let count = listing.expected.count
            let numbers = Set([0, 1, 2, 3, count / 3, count / 2, count - 2, count - 1]).filter { 0..<count ~= $0 }
            for number in numbers.sorted() {
                let error = VisitorError(number: number)
                for fault in listing.faults(stoppingAt: number, by: error, { $0 as? VisitorError == error }) {
                    note(.visitorError, fault)
                }
            }
            for fault in listing.faults(stoppingAt: count / 2, by: CancellationError(), { $0 is CancellationError }) {
                note(.cancellation, fault)
            }
            // What was told to stop is over; another listing is not.
            if let fault = listing.faults().first, !found.contains(where: { $0.check == listing.check }) {
                note(.cancellation, "after a listing that was stopped, \(fault)")
            }
        }
    }

    /// What a listing that is stopped at once asks the storage for, and one that is not.
    mutating func checkPaging() {
        guard let pagesAsked = probes.pagesAsked else { return }
        for listing in [AskedListing.all(source, expected), .below(ObjectKey(""), source, expected)] {
            let start = pagesAsked()
            _ = listing.faults(stoppingAt: 0, by: VisitorError(number: 0)) { _ in true }
            let first = pagesAsked() - start
            _ = listing.faults()
            let all = pagesAsked() - start - first
            if first > 1 {
                note(.paging, "\(listing.name) is to visit what a page holds at once, and asks for \(first) before")
            }
            if all < 2 {
                note(.paging, "\(listing.name) is to take several pages in a test, and takes \(all)")
            }
        }
    }
}
