import TestSupport
import Testing

@testable import Adversary
@testable import CloudTrailIntegrity

@Suite("The successors whose signatures are tried, where very many name one predecessor")
struct NearestSuccessorsTests {
    /// What the rule says, one question at a time.
    private func expected(
        _ successors: [NearestSuccessors.Successor],
        _ question: NearestSuccessors.Question,
        _ limit: Int
    ) -> [Int] {
        let sorted = successors.sorted { first, second in
            let left = (first.chain == question.chain ? 0 : 1, abs(first.end - question.end), first.record)
            let right = (second.chain == question.chain ? 0 : 1, abs(second.end - question.end), second.record)
            return left < right
        }
        var tried: Set<Int> = []
        return Array(sorted.filter { tried.insert($0.signature).inserted }.prefix(limit).map(\.record))
    }

    /// V12
    @Test("they are the first of different signatures: of the own chain, then the nearest in time", arguments: 0..<60)
    func nearest(seed: Int) {
        var random = SequenceGenerator(seed: UInt64(seed))
        func number(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
        let (chains, signatures, span) = (1 + number(4), 1 + number(12), Int64(1 + number(40)))
        let successors = (0..<number(60)).map { record in
            NearestSuccessors.Successor(
                record: record,
                chain: Int32(number(chains)),
                end: Int64(number(Int(span))),
                signature: number(signatures)
            )
        }
        let questions = (0..<20).map { record in
            NearestSuccessors.Question(
                record: record,
                chain: Int32(number(chains + 1)),
                end: Int64(number(Int(span) + 4))
            )
        }
        let limit = 1 + number(6)
        let answers = NearestSuccessors(successors, for: questions, limit: limit).answers()
        for question in questions {
            #expect(answers[question.record] == expected(successors, question, limit))
        }
    }
}
