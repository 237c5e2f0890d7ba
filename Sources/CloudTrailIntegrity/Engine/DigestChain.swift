package import CloudTrailFormat
internal import CloudTrailRules

/// The digests held of one chain, in the order of time.
package struct DigestChain: Sendable {
    package let identity: ChainIdentity
    /// Sorted by the end of their windows.
    package let members: [ChainMember]
    /// The records of the archive.
    private let records: DigestRecords

    /// The latest end of a verified member; `nil` when none is.
    package let verifiedUntil: Timestamp?
    /// The number of the oldest member that is known to be the chain's; a relocated digest does not extend it backwards.
    package let oldest: Int?
    private let keys: SuccessorIndex

    /// The chains of the archive, in their fixed order.
    ///
    /// - Parameters:
    ///   - strays: Records that are not digest files.
    ///   - check: Called for every record; what it throws ends the work.
    package static func chains(
        records: DigestRecords,
        places: [DigestPlace],
        verdicts: [DigestJudgement],
        keys: SuccessorIndex,
        strays: Set<Int> = [],
        check: () throws -> Void = {}
    ) rethrows -> [DigestChain] {
        let identities = records.names.chains
        var numbers = [[Int32]](repeating: [], count: identities.count)
        for number in records.indices where !strays.contains(number) {
            try check()
            numbers[Int(records[number].chain)].append(Int32(clamping: number))
        }
        let order = identities.indices.filter { !numbers[$0].isEmpty }.sorted { identities[$0] < identities[$1] }
        return try order.map { chain in
            let standing = standing(numbers[chain], records, places, verdicts)
            numbers[chain] = []
            var members = try standing.map { record in
                try check()
                let number = Int(record)
                let previous = keys.previous(number)
                let verified = verdicts[number].verified(
                    DigestID(number),
                    window: window(of: records[number], isVerified: true)
                )
                return ChainMember(
                    verified.map { .verified($0) } ?? .unverified(DigestID(number), nameEnd: records[number].endTime),
                    key: KeyID(places[number].keyNumber),
                    previousKey: previous.map { KeyID($0) },
                    isRelocated: places[number].isRelocated,
                    sharesPredecessor: previous.map { keys.successorsByKey.only($0) == nil } ?? false
                )
            }
            let isSorted = zip(members, members.dropFirst()).allSatisfy { $0.window.end < $1.window.end }
            if !isSorted {
                var keyed = try members.map { member in
                    try check()
                    return (member: member, key: records.names.objectKey(keys.key(member.key.number)))
                }
                keyed.sort { ($0.member.window.end, $0.key) < ($1.member.window.end, $1.key) }
                members = keyed.map(\.member)
            }
            var verifiedUntil: Timestamp?
            for member in members where member.isVerified {
                verifiedUntil = max(verifiedUntil ?? member.window.end, member.window.end)
            }
            return DigestChain(
                identity: identities[chain],
                members: members,
                records: records,
                verifiedUntil: verifiedUntil,
                oldest: members.firstIndex { !$0.isRelocated },
                keys: keys
            )
        }
    }

    /// One record of each key: a verified one where there is one.
    private static func standing(
        _ numbers: [Int32],
        _ records: DigestRecords,
        _ places: [DigestPlace],
        _ verdicts: [DigestJudgement]
    ) -> [Int32] {
        // What has the same key has the same name, and so the same end.
        let areAllDifferent = zip(numbers, numbers.dropFirst()).allSatisfy {
            records[Int($0)].endTime < records[Int($1)].endTime
        }
        if areAllDifferent { return numbers }
        var standing: [Int32: Int32] = [:]
        for number in numbers {
            let key = places[Int(number)].keyNumber
            if let known = standing[key], verdicts[Int(known)].isVerified || !verdicts[Int(number)].isVerified {
                continue
            }
            standing[key] = number
        }
        return standing.values.sorted()
    }

    /// The time that a digest file speaks of.
    package static func window(of record: DigestRecord, isVerified: Bool) -> TimeRange {
        ChainClock.window(
            claimed: record.claims.map { TimeRange(start: $0.startTime, end: $0.endTime) },
            nameEnd: record.endTime,
            isVerified ? .verified : .unverified
        )
    }

    /// What the order of the chain shows.
    ///
    /// - Parameter held: The records of the archive under the key with this number, in the bucket with this number.
    package func events(held: @escaping (Int32, _ bucket: Int32) -> RecordNumbers) -> [ChainEvent] {
        let archive = ChainArchive(
            predecessor: { [records] digest in
                records[digest.number].claims?.previous.map { previous in
                    NamedPredecessor(bucket: BucketID(previous.location.bucket), hash: previous.hash)
                }
            },
            previousKey: { [keys] in keys.previous($0.number).map { KeyID($0) } },
            predecessorLocation: { [records] digest in
                records[digest.number].claims?.previous.map { records.names.objectLocation($0.location) }
            },
            hash: { [records] in records[$0.number].hash },
            held: { key, bucket in held(key.number, bucket.number).map { DigestID($0) } }
        )
        return ChainRules(identity, members, archive).events()
    }
}

extension ChainMember {
    /// The number of the record that stands for the place.
    package var record: Int { digest.number }
    /// The number of its key.
    var keyNumber: Int32 { key.number }
}
