import TestSupport
import Testing

@testable import CloudTrailFormat

@Suite struct SpanBytesTests {
    // The macros of a test take no span.
    private func isSame(_ first: [UInt8], _ second: [UInt8]) -> Bool { first.span.isSame(as: second.span) }
    private func sharedCount(_ first: [UInt8], _ second: [UInt8]) -> Int { first.span.sharedCount(with: second.span) }
    private func hasSuffix(_ text: [UInt8], _ suffix: StaticString) -> Bool { text.span.hasSuffix(suffix) }
    private func holds(_ text: [UInt8], _ part: StaticString, at offset: Int) -> Bool {
        text.span.holds(part, at: offset)
    }
    private func holds(_ text: [UInt8], _ byte: UInt8) -> Bool { text.span.holds(byte) }
    private func nameStart(_ key: String, in folder: String) -> Int? {
        let (key, folder) = (Array(key.utf8), Array(folder.utf8))
        return key.span.nameStart(in: folder.span)
    }

    /// Two texts that share any number of bytes, of all lengths around those that are compared at once.
    private static func pairs() -> [(first: [UInt8], second: [UInt8], shared: Int)] {
        var random = SequenceGenerator(seed: 17)
        var pairs: [([UInt8], [UInt8], Int)] = []
        for shared in 0...40 {
            for rest in [0, 1, 7, 8, 9, 31, 32, 33] {
                let common = (0..<shared).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                let tail = (0..<rest).map { _ in UInt8.random(in: .min ... .max, using: &random) }
                pairs.append((common, common + tail, shared))
                if let first = tail.first { pairs.append((common + [first ^ 0x80] + tail, common + tail, shared)) }
            }
        }
        return pairs
    }

    @Test func whatTwoBeginWithIsCounted() {
        for (first, second, shared) in Self.pairs() {
            #expect(sharedCount(first, second) == shared)
            #expect(sharedCount(second, first) == shared)
            #expect(isSame(first, second) == (first == second))
            #expect(isSame(second, second))
        }
    }

    @Test func everyByteCounts() {
        let text = (0..<100).map { UInt8($0) }
        for count in 0...text.count {
            let part = Array(text.prefix(count))
            for position in part.indices {
                var other = part
                other[position] ^= 1
                #expect(!isSame(part, other))
                #expect(sharedCount(part, other) == position)
            }
        }
    }

    @Test func partsAreFoundWhereTheyStand() {
        let text = Array("abc.json.gz".utf8)
        #expect(hasSuffix(text, ".gz") && hasSuffix(text, "abc.json.gz") && hasSuffix(text, ""))
        #expect(!hasSuffix(text, ".json") && !hasSuffix(text, "xabc.json.gz"))
        #expect(holds(text, "abc", at: 0) && holds(text, ".json", at: 3) && holds(text, "z", at: 10))
        #expect(!holds(text, "abc", at: 1) && !holds(text, "zz", at: 10) && !holds(text, "a", at: -1))
        #expect(!holds(text, "z", at: 11) && !holds(text, "z", at: 12))
        #expect(holds(text, UInt8(ascii: "z")) && !holds(text, UInt8(ascii: "/")))
        #expect(!holds([], UInt8(ascii: "z")) && hasSuffix([], ""))
    }

    @Test(arguments: [
        ("a/b/c", "a/b/", 4), ("a/b/c", "a/", nil), ("a/b/c", "a/b/c", 5), ("a/b/", "a/b/", 4), ("a", "", 0),
        ("", "", 0), ("a/b", "", nil), ("a/b", "b/", nil), ("a", "a/", nil), ("a/b/c", "a/c/", nil), ("a//", "a/", nil),
    ])
    func aNameBeginsBehindItsFolder(key: String, folder: String, start: Int?) {
        #expect(nameStart(key, in: folder) == start)
    }
}
