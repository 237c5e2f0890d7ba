/// Random numbers that follow from a seed alone, so that a case can be told by its number.
struct AdversaryRandom: RandomNumberGenerator {
    private var numbers: SequenceGenerator

    init(seed: UInt64) {
        // Far from those of the seeds beside it.
        numbers = SequenceGenerator(seed: seed &* 0x9e37_79b9_7f4a_7c15 ^ 0xadce_5a17)
    }

    mutating func next() -> UInt64 { numbers.next() }

    /// True once in so many times.
    mutating func once(in count: Int) -> Bool {
        Int.random(in: 0..<count, using: &self) == 0
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.randomElement(using: &self)
    }

    /// One of a few things that are always there.
    mutating func of<Element>(_ first: Element, _ others: Element...) -> Element {
        let all = [first] + others
        return all[number(0...others.count)]
    }
}
