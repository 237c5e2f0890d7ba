/// SplitMix64: the same numbers from the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    /// `count` bytes that no compression makes smaller.
    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            let word = next()
            for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index))) }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// `count` bytes that compress about as well as a log file does: phrases out of a small vocabulary.
    mutating func text(_ count: Int) -> [UInt8] {
        let phrases = [
            #""eventName":"#, #""awsRegion":"eu-west-1","#, #"{"Records":["#, "null,", #"\/"#, "é", "\u{0}", "\n",
        ]
        let words = phrases.map { Array($0.utf8) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 32)
        while bytes.count < count { bytes += words[Int(next() % UInt64(words.count))] }
        return Array(bytes.prefix(count))
    }
}
