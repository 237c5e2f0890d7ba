/// The keys that digest files have and name, each with a number: comparing and grouping numbers is cheap.
package struct DigestKeys: Sendable {
    private var numbers: [ObjectKey: Int32] = [:]
    /// Of each record, the key it says it has; `nil` where it says nothing.
    package private(set) var claimed: [Int32?] = []
    /// Of each record, the key it says its predecessor has.
    package private(set) var previous: [Int32?] = []
    /// The records that name each key as their predecessor's.
    package private(set) var namers = RecordsByKey()

    /// - Parameter check: Called for every record; what it throws ends the numbering.
    package init(_ records: [DigestRecord], check: () throws -> Void = {}) rethrows {
        numbers.reserveCapacity(records.count)
        claimed.reserveCapacity(records.count)
        previous.reserveCapacity(records.count)
        for (record, claims) in records.lazy.map(\.claims).enumerated() {
            try check()
            claimed.append(claims.map { number(of: $0.location.key.collapsed) })
            guard let named = claims?.previous?.location.key else {
                previous.append(nil)
                continue
            }
            // A batch's records share the key of the one before them.
            let isBefore = record > 0 && records[record - 1].claims?.location.key == named
            let key = isBefore ? claimed[record - 1] ?? number(of: named.collapsed) : number(of: named.collapsed)
            previous.append(key)
            namers.add(record, to: key)
        }
    }

    /// The number of a key, if it has one.
    package func known(_ key: ObjectKey) -> Int32? {
        numbers[key]
    }

    /// The number of a key, given one if it has none.
    package mutating func number(of key: ObjectKey) -> Int32 {
        if let number = numbers[key] { return number }
        let number = Int32(clamping: numbers.count)
        numbers[key] = number
        return number
    }
}

/// Records by the number of a key. Nearly every key has one.
package struct RecordsByKey: Sendable {
    private var first: [Int32] = []
    private var others: [Int32: [Int]] = [:]

    package init() {}

    package mutating func add(_ record: Int, to key: Int32) {
        let index = Int(key)
        if index >= first.count { first.append(contentsOf: repeatElement(-1, count: index + 1 - first.count)) }
        if first[index] < 0 {
            first[index] = Int32(clamping: record)
        } else {
            others[key, default: []].append(record)
        }
    }

    /// The only record of the key; `nil` when there are none or several.
    package func only(_ key: Int32) -> Int? {
        let records = self[key]
        return records.count == 1 ? records[0] : nil
    }

    /// The records of the key, in the order they were added.
    package subscript(key: Int32) -> RecordNumbers {
        RecordNumbers(first: first(of: key), others: others.isEmpty ? [] : others[key] ?? [])
    }

    private func first(of key: Int32) -> Int? {
        let index = Int(key)
        return first.indices.contains(index) && first[index] >= 0 ? Int(first[index]) : nil
    }
}

/// A few records, by their numbers: nearly always one, which takes no memory of its own.
package struct RecordNumbers: RandomAccessCollection, Sendable {
    private let only: Int?
    private let others: [Int]

    fileprivate init(first: Int?, others: [Int]) {
        only = first
        self.others = others
    }

    package static let none = RecordNumbers(first: nil, others: [])

    package var startIndex: Int { 0 }
    package var endIndex: Int { only == nil ? 0 : 1 + others.count }

    package subscript(position: Int) -> Int {
        if position == 0, let only { return only }
        return others[position - 1]
    }

    /// Those of which `isIncluded` is true.
    package func kept(where isIncluded: (Int) -> Bool) -> RecordNumbers {
        if others.isEmpty { return RecordNumbers(first: only.flatMap { isIncluded($0) ? $0 : nil }, others: []) }
        let kept = Array(self).filter(isIncluded)
        return RecordNumbers(first: kept.first, others: Array(kept.dropFirst()))
    }
}
