/// Of very many digests that name one predecessor, the few whose signatures are tried on each digest file that says it is
/// that predecessor: those of different signatures, the likeliest first. All are found in one go, so that n digest files
/// and as many successors take n log n steps.
struct NearestSuccessors {
    /// A digest that names the predecessor.
    struct Successor {
        let record: Int
        let chain: Int32
        /// Its end, in seconds.
        let end: Int64
        /// Its signature for the predecessor, by a number from 0.
        let signature: Int
    }

    /// A digest file that says it is the predecessor.
    struct Question {
        let record: Int
        let chain: Int32
        /// When its successor would end, in seconds.
        let end: Int64
    }

    private let limit: Int
    /// By their ends; of those with the same end, the first comes last.
    private let successors: [Successor]
    private let questions: [Question]

    /// - Parameter limit: How many of different signatures are wanted.
    init(_ successors: [Successor], for questions: [Question], limit: Int) {
        self.limit = limit
        self.successors = successors.sorted { ($0.end, $1.record) < ($1.end, $0.record) }
        self.questions = questions.sorted { ($0.end, $0.record) < ($1.end, $1.record) }
    }

    /// The records of the successors of each question, by its record: those of its own chain first, then those nearest in
    /// time, then in their order; of equal signatures the first alone.
    func answers() -> [Int: [Int]] {
        // Twice as many of all chains: what the own chain has is passed over.
        var ofAll = nearest(successors, questions, count: 2 * limit)
        let byChain = Dictionary(grouping: successors, by: \.chain)
        var answers: [Int: [Int]] = [:]
        for (chain, questions) in Dictionary(grouping: questions, by: \.chain) {
            let ofChain = nearest(byChain[chain] ?? [], questions, count: limit)
            for question in questions {
                var tried: Set<Int> = []
                var answer: [Int] = []
                for found in [ofChain[question.record], ofAll.removeValue(forKey: question.record)] {
                    let sorted = (found ?? []).sorted { first, second in
                        (abs(first.end - question.end), first.record) < (abs(second.end - question.end), second.record)
                    }
                    for successor in sorted where answer.count < limit && tried.insert(successor.signature).inserted {
                        answer.append(successor.record)
                    }
                }
                answers[question.record] = answer
            }
        }
        return answers
    }

    /// Of each question, by its record, on either side in time as many as `count` of different signatures.
    private func nearest(
        _ successors: [Successor],
        _ questions: [Question],
        count: Int
    ) -> [Int: [Successor]] {
        var found: [Int: [Successor]] = [:]
        // Numbers of their own, so that the memory is that of these successors.
        var numbers: [Int: Int] = [:]
        let signatures = successors.map { successor in
            let number = numbers[successor.signature] ?? numbers.count
            numbers[successor.signature] = number
            return number
        }
        var before = RecentSignatures(count: numbers.count)
        var next = 0
        for question in questions {
            while next < successors.count, successors[next].end <= question.end {
                before.note(next, signatures[next])
                next += 1
            }
            found[question.record, default: []] += before.first(count).map { successors[$0] }
        }
        var after = RecentSignatures(count: numbers.count)
        next = successors.count
        for question in questions.reversed() {
            // Of those with the same end, the first in order is noted last here too.
            while next > 0, successors[next - 1].end > question.end {
                let end = next
                while next > 0, successors[next - 1].end == successors[end - 1].end { next -= 1 }
                for position in next..<end { after.note(position, signatures[position]) }
            }
            found[question.record, default: []] += after.first(count).map { successors[$0] }
        }
        return found
    }
}

/// Signatures in the order in which they were noted last, each with where that was.
private struct RecentSignatures {
    private var positions: [Int]
    private var previous: [Int]
    private var next: [Int]
    private var head = -1

    init(count: Int) {
        positions = [Int](repeating: -1, count: count)
        previous = positions
        next = positions
    }

    mutating func note(_ position: Int, _ signature: Int) {
        let isKnown = positions[signature] >= 0
        positions[signature] = position
        if head == signature { return }
        if isKnown {
            next[previous[signature]] = next[signature]
            if next[signature] >= 0 { previous[next[signature]] = previous[signature] }
        }
        next[signature] = head
        previous[signature] = -1
        if head >= 0 { previous[head] = signature }
        head = signature
    }

    /// Where the last `count` of them were noted.
    func first(_ count: Int) -> [Int] {
        var found: [Int] = []
        var signature = head
        while signature >= 0, found.count < count {
            found.append(positions[signature])
            signature = next[signature]
        }
        return found
    }
}
