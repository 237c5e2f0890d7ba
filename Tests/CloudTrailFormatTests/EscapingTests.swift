import Testing

@testable import CloudTrailFormat

/// I28
@Suite struct EscapingTests {
    @Test(arguments: [
        ("\u{1b}[31mvalid\u{1b}[0m", "\\u{1b}[31mvalid\\u{1b}[0m"), ("a\nb", "a\\u{a}b"), ("a\r\nb", "a\\u{d}\\u{a}b"),
        ("\0", "\\u{0}"), ("\u{7f}", "\\u{7f}"), ("\u{9b}31m", "\\u{9b}31m"), ("\u{85}", "\\u{85}"), ("\t", "\\u{9}"),
        ("\u{202e}gpj.exe", "\\u{202e}gpj.exe"), ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
        ("\u{200f}", "\\u{200f}"),
        ("\u{61c}", "\\u{61c}"), ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"), ("\u{feff}", "\\u{feff}"),
        ("a\u{200b}b", "a\\u{200b}b"), ("\u{ad}", "\\u{ad}"), ("\u{e000}", "\\u{e000}"), ("\u{10ffff}", "\\u{10ffff}"),
        ("\u{e0041}", "\\u{e0041}"), ("e\u{301}\u{7}", "e\u{301}\\u{7}"),
    ])
    func makesVisible(text: String, expected: String) {
        #expect(escaped(text) == expected)
        #expect(escaped(expected) == expected)
    }

    @Test(arguments: ["", "plain", "a b/c_d-e.json.gz", "é e\u{301} 日本 🙂", "back\\slash \"quoted\"", "\u{fffd}"])
    func leavesAlone(text: String) {
        #expect(Array(escaped(text).utf8) == Array(text.utf8))
    }

    @Test func noControlCharacterIsLeft() {
        for value in [0...0x1f, 0x7f...0x9f].joined() {
            guard let scalar = Unicode.Scalar(value) else { continue }
            #expect(escaped("x\(Character(scalar))y") == "x\\u{\(String(value, radix: 16))}y")
        }
    }
}
