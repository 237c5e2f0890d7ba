import CloudTrailFormat
package import CloudTrailIntegrity
import NativeInterop

/// An archive that is divided among machines, and whose parts are judged apart and merged again.
package enum DividedValidation {
    /// A way to the validator: so many parts, handed over as files and merged in some order.
    ///
    /// Where they cannot be judged apart, the archive is divided again, into one part.
    package static func report(
        on sources: [any ArchiveSource],
        by validator: Validator,
        parts: Int,
        seed: UInt64
    ) throws -> ValidationReport {
        let names = sources.map { ByteString($0.name) }
        var random = AdversaryRandom(seed: seed)
        let key: [UInt8]? = random.once(in: 2) ? Array("a secret of 16 b".utf8) : nil
        let hash = try SHA256Digest.of([UInt8](repeating: 7, count: 9))
        func merged(_ plan: WorkPlan) throws -> ValidationReport {
            var files: [[UInt8]] = []
            for number in plan.parts.indices {
                let result = try validator.judge(part: number, of: plan, sources, names: names)
                files.append(try PartialFile(plan: hash, number: number, result).serialized(key: key))
            }
            var sum = PartialSum(plan)
            while !files.isEmpty {
                let bytes = files.remove(at: random.number(0...files.count - 1))
                let file = try PartialFile(reading: bytes, key: key)
                guard try file.serialized(key: key) == bytes,
                    file.isSound(plan, rootCount: sources.count, validator)
                else { throw NotTheSame() }
                try sum.add(file.result, of: file.number)
            }
            return try sum.report(validator, names: names)
        }
        do {
            return try merged(try validator.split(sources, into: parts))
        } catch  where error is SplitError || error is MergeError {
            return try merged(try validator.split(sources, into: 1))
        }
    }

    /// A partial that is written again is not the same.
    private struct NotTheSame: Error {}
}

extension DividedValidation {
    /// The same for the search: archives that are listed folder by folder.
    static func way(seed: UInt64) -> AdversaryWay {
        { roots, validator in
            var random = AdversaryRandom(seed: seed)
            let parts = random.number(2...5)
            let sources = roots.map { AdversaryJudge.Source(base: $0, order: random.next() & ~1) }
            return try report(on: sources, by: validator, parts: parts, seed: random.next())
        }
    }
}
