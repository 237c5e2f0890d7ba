extension BinaryInteger {
    /// The number for people: `1,204`.
    package var grouped: String {
        var digits = Array(String(magnitude).utf8)
        var position = digits.count - 3
        while position > 0 {
            digits.insert(UInt8(ascii: ","), at: position)
            position -= 3
        }
        return (self < 0 ? "-" : "") + String(decoding: digits, as: UTF8.self)
    }

    /// The number of what a noun names: `1 chain`, `1,204 chains`.
    package func of(_ noun: String) -> String {
        self == 1 ? "1 \(noun)" : "\(grouped) \(noun)s"
    }
}
