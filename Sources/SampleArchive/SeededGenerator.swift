/// Random numbers that are the same for the same seed on every machine and toolchain (SplitMix64).
///
/// The standard library's shuffling and ranges are not used with it: they may draw differently from one release to
/// the next, and a sample must be reproducible.
struct SeededGenerator {
    private var state: UInt64

    /// The numbers of one thing in the archive: `path` says which, so that nothing depends on what was made before it.
    init(seed: UInt64, path: some Sequence<UInt8>) {
        // FNV-1a takes the path in; the first draw spreads it over all bits.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
        for byte in path { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        state = hash
        state = next() ^ seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// A number from 0 to `bound - 1`; `bound` is at least 1.
    mutating func number(below bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func element<T>(of choices: [T]) -> T {
        choices[number(below: choices.count)]
    }

    /// The elements of `values` in random order (Fisher and Yates).
    mutating func shuffled<T>(_ values: [T]) -> [T] {
        var values = values
        for index in stride(from: values.count - 1, to: 0, by: -1) {
            values.swapAt(index, number(below: index + 1))
        }
        return values
    }

    /// Appends `count` characters of `alphabet`.
    mutating func append(_ count: Int, of alphabet: [UInt8], to bytes: inout [UInt8]) {
        for _ in 0..<count { bytes.append(alphabet[number(below: alphabet.count)]) }
    }

    /// `count` characters of `alphabet`.
    mutating func text(_ count: Int, of alphabet: [UInt8]) -> String {
        var bytes: [UInt8] = []
        append(count, of: alphabet, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static let hexDigits = Array("0123456789abcdef".utf8)
    static let digits = Array("0123456789".utf8)
    static let capitals = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    static let alphanumerics = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
}
