/// A byte as a character of ASCII.
extension UInt8 {
    package var isDecimalDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    package var isLowerCase: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    package var isUpperCase: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
    package var isLetter: Bool { isLowerCase || isUpperCase }
    package var isHexDigit: Bool { isDecimalDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(lowerCased) }
    /// A capital letter as the small one, and anything else as it is.
    package var lowerCased: UInt8 { isUpperCase ? self | 0x20 : self }
}
