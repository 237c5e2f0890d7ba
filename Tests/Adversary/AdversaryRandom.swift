import TestSupport

/// Random numbers that follow from a seed alone, so that a case can be told by its number; or from the bytes of a fuzzer's
/// input, a byte for each decision, and from a seed when they are used up.
struct AdversaryRandom: RandomNumberGenerator {
    private var numbers: SequenceGenerator
    private var bytes: ArraySlice<UInt8> = []

    init(seed: UInt64) {
        // Far from those of the seeds beside it.
        numbers = SequenceGenerator(seed: seed &* 0x9e37_79b9_7f4a_7c15 ^ 0xadce_5a17)
    }

    init(bytes: ArraySlice<UInt8>, thenSeed seed: UInt64) {
        self.init(seed: seed)
        self.bytes = bytes
    }

    mutating func next() -> UInt64 {
        guard let byte = bytes.popFirst() else { return numbers.next() }
        var spread = SequenceGenerator(seed: UInt64(byte))
        return spread.next()
    }

    /// A number from 0 on, less than `count`.
    private mutating func number(below count: Int) -> Int {
        guard let byte = bytes.popFirst() else { return Int.random(in: 0..<count, using: &self) }
        if count <= 256 { return Int(byte) % count }
        return (Int(byte) << 8 | Int(bytes.popFirst() ?? 0)) % count
    }

    /// True once in so many times.
    mutating func once(in count: Int) -> Bool { number(below: count) == 0 }

    mutating func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + number(below: range.count) }

    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[number(below: elements.count)]
    }

    /// One of a few things that are always there.
    mutating func of<Element>(_ first: Element, _ others: Element...) -> Element {
        let all = [first] + others
        return all[number(0...others.count)]
    }
}
