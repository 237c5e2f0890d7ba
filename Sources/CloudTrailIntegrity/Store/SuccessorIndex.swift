/// The keys that digest files have and name, without empty components, each with a number: arrays are found by it.
package struct SuccessorIndex: Sendable {
    private var numbers: PackedKeyTable
    /// Of each folder, the number of the same without empty components.
    private let collapsedFolders: [Int32]
    /// Of each record, the key it says it has; −1 where it says nothing.
    private var claimedKeys: [Int32] = []
    /// Of each record, the key it says its predecessor has; −1 where it names none.
    private var previousKeys: [Int32] = []
    /// The records that name each key as their predecessor's.
    package private(set) var successorsByKey = RecordsByKey()

    /// The records that name a predecessor of another account or region.
    package private(set) var foreignNamers: Set<Int> = []

    /// - Parameters:
    ///   - strays: Records that are not digest files, and so not successors.
    ///   - check: Called for every record; what it throws ends the numbering.
    package init(
        _ records: DigestRecords,
        without strays: Set<Int> = [],
        check: () throws -> Void = {}
    ) rethrows {
        let chains = records.names.chains
        collapsedFolders = records.names.collapsedFolders
        numbers = PackedKeyTable(expecting: records.count)
        claimedKeys.reserveCapacity(records.count)
        previousKeys.reserveCapacity(records.count)
        // A batch's records name the one before them.
        var before: (key: PackedKey, number: Int32)?
        for record in records.indices {
            try check()
            guard let claims = records[record].claims, !strays.contains(record) else {
                claimedKeys.append(-1)
                previousKeys.append(-1)
                before = nil
                continue
            }
            let key = collapsed(claims.location.key)
            let number = number(of: key)
            claimedKeys.append(number)
            if let previous = claims.previous {
                let named = collapsed(previous.location.key)
                // A digest speaks for its own account and region alone.
                if named.chain != records[record].chain, named.isDigestFile {
                    let (own, other) = (chains[Int(records[record].chain)], chains[Int(named.chain)])
                    if own.account != other.account || own.region != other.region {
                        foreignNamers.insert(record)
                        previousKeys.append(-1)
                        before = (key, number)
                        continue
                    }
                }
                let namedNumber = before.flatMap { $0.key == named ? $0.number : nil } ?? self.number(of: named)
                previousKeys.append(namedNumber)
                successorsByKey.add(record, to: namedNumber)
            } else {
                previousKeys.append(-1)
            }
            before = (key, number)
        }
    }

    /// The key that a record says it has; `nil` where it says nothing.
    package func claimed(_ record: Int) -> Int32? {
        claimedKeys[record] < 0 ? nil : claimedKeys[record]
    }

    /// The key that a record says its predecessor has; `nil` where it names none.
    package func previous(_ record: Int) -> Int32? {
        previousKeys[record] < 0 ? nil : previousKeys[record]
    }

    /// A key that a record says it or its predecessor has, as a download leaves it on disk: without empty components.
    package func collapsed(_ key: PackedKey) -> PackedKey {
        key.moved(to: collapsedFolders[Int(key.folder)])
    }

    /// The key with this number.
    package func key(_ number: Int32) -> PackedKey {
        numbers[number]
    }

    /// The number of a key, if it has one.
    package func known(_ key: PackedKey) -> Int32? {
        numbers.number(of: key)
    }

    /// The number of a key, given one if it has none.
    package mutating func number(of key: PackedKey) -> Int32 {
        numbers.add(key)
    }
}

/// Keys, each with the number of those that came before it. A dictionary of them takes thrice the time and memory.
private struct PackedKeyTable: Sendable {
    private var keys: [PackedKey] = []
    /// Numbers of keys, where their hashes point or in the next free place behind; −1 for none.
    private var slots: [Int32]
    /// Drawn in every process, so that nobody can choose keys that collide.
    private let multipliers: (UInt64, UInt64)

    init(expecting count: Int) {
        var capacity = 64
        while capacity < 2 * count { capacity *= 2 }
        slots = [Int32](repeating: -1, count: capacity)
        keys.reserveCapacity(count)
        var random = SystemRandomNumberGenerator()
        multipliers = (random.next() | 1, random.next() | 1)
    }

    subscript(number: Int32) -> PackedKey { keys[Int(number)] }

    func number(of key: PackedKey) -> Int32? {
        let number = slots[slot(of: key)]
        return number < 0 ? nil : number
    }

    /// The number of a key, given one if it has none.
    mutating func add(_ key: PackedKey) -> Int32 {
        let slot = slot(of: key)
        if slots[slot] >= 0 { return slots[slot] }
        let number = Int32(clamping: keys.count)
        keys.append(key)
        slots[slot] = number
        if 2 * keys.count > slots.count { grow() }
        return number
    }

    /// Where a key is, or would be put.
    private func slot(of key: PackedKey) -> Int {
        let mask = slots.count - 1
        var slot = Int(key.hash(multipliers) >> UInt64(64 - slots.count.trailingZeroBitCount))
        while slots[slot] >= 0, keys[Int(slots[slot])] != key { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: 2 * slots.count)
        for (number, key) in keys.enumerated() { slots[slot(of: key)] = Int32(clamping: number) }
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

    /// These records.
    package init(_ numbers: [Int]) {
        only = numbers.first
        others = Array(numbers.dropFirst())
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
