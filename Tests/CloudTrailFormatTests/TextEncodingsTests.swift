import Foundation
import TestSupport
import Testing

@testable import CloudTrailFormat

@Suite struct HexTests {
    @Test(arguments: [
        ("", []), ("00", [0]), ("ff", [255]), ("FF", [255]), ("fF0a", [255, 10]), ("deadBEEF", [222, 173, 190, 239]),
    ])
    func reads(text: String, bytes: [UInt8]) {
        #expect(Hex.decode(text) == bytes)
    }

    @Test(arguments: [
        "0", "000", "0g", "g0", " 00", "00 ", "0 0", "00\n", "0x00", "00:11", "-1", "+1", "٠٠", "00\0", "é", "/0", ":0",
        "@0", "G0", "`0",
    ])
    func refuses(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func everyOtherByteIsNoDigit() {
        let digits = Set("0123456789abcdefABCDEF".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect((Hex.decode([byte, 0x30].span) != nil) == digits.contains(byte))
            #expect((Hex.decode([0x30, byte].span) != nil) == digits.contains(byte))
        }
    }

    @Test func aHashIsReadLikeAnyOtherHex() {
        let digits = Set("0123456789abcdefABCDEF".utf8)
        let text = Array("0123456789abcdefFEDCBA98765432100a1B2c3D4e5F6978f0E1d2C3b4A59687".utf8)
        #expect(SHA256Digest(hex: text.span)?.bytes == Hex.decode(text.span))
        for position in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[position] = byte
                let digest = SHA256Digest(hex: changed.span)
                #expect((digest != nil) == digits.contains(byte))
                #expect(digest?.bytes == Hex.decode(changed.span))
            }
        }
        for count in [0, 1, 16, 62, 63, 65, 66, 128] {
            let other = Array((text + text).prefix(count))
            #expect(SHA256Digest(hex: other.span) == nil)
        }
    }

    @Test func writesEveryByteInLowerCase() {
        let bytes = (0...255).map { UInt8($0) }
        let text = bytes.map { String(format: "%02x", $0) }.joined()
        #expect(Hex.encode(bytes) == text)
        #expect(Hex.decode(text) == bytes)
        #expect(Hex.decode(text.uppercased()) == bytes)
    }
}

@Suite struct Base64Tests {
    /// From `base64 -w0` of GNU coreutils.
    static let known: [([UInt8], String)] = [
        ([], ""), ([0], "AA=="), ([0xff], "/w=="), ([0, 1], "AAE="), ([0xfb, 0xff], "+/8="),
        ([0xff, 0xfe, 0xfd], "//79"),
        ([0, 1, 2], "AAEC"), ([0xde, 0xad, 0xbe, 0xef], "3q2+7w=="),
    ]

    @Test(arguments: known)
    func agreesWithCoreutils(bytes: [UInt8], text: String) {
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text) == bytes)
    }

    @Test func agreesWithFoundation() throws {
        var random = SequenceGenerator(seed: 2)
        for count in 0..<400 {
            let bytes = random.bytes(count)
            let text = Data(bytes).base64EncodedString()
            try #require(Base64.encode(bytes) == text)
            try #require(Base64.decode(text) == bytes)
        }
    }

    @Test(arguments: [
        "A", "AA", "AAA", "AA=", "A===", "====", "=", "==", "A=AA", "AA=A", "=AAA", "AAAA=", "AAAA====", "AA==AA==",
        "AAE=AAEC",
        // Stray bits.
        "AB==", "AA//AB==", "/x==", "AAF=", "AAG=",
        // White space, and the alphabet for URLs.
        "AA==\n", " AA==", "AA ==", "AA\n==", "AAEC\n", "AAEC\r\n", "-_8=", "__79", "AA%3D", "AAE\0", "ÄAAA",
        "AAAA,AAA",
    ])
    func refuses(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
