import CloudTrailFormat
import Testing

/// I11
@Suite struct InputTextTests {
    private static let text = "{\"a\": \"ä€😀\"}\r\n"

    private static func utf16(_ text: String, isLittleEndian: Bool) -> [UInt8] {
        ([0xfeff] + Array(text.utf16)).flatMap { unit in
            let bytes = [UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8)]
            return isLittleEndian ? bytes : bytes.reversed()
        }
    }

    @Test("UTF-16 in both orders and UTF-8 with a byte order mark become UTF-8 without one")
    func converts() {
        let plain = Array(Self.text.utf8)
        #expect(InputText.utf8(plain) == plain)
        #expect(InputText.utf8([0xef, 0xbb, 0xbf] + plain) == plain)
        #expect(InputText.utf8(Self.utf16(Self.text, isLittleEndian: true)) == plain)
        #expect(InputText.utf8(Self.utf16(Self.text, isLittleEndian: false)) == plain)
    }

    @Test("marks in the middle go only where they are asked to")
    func joined() {
        let text = Array("\u{feff}{}\n\u{feff}[\"ïa\"]\u{feff}".utf8)
        #expect(InputText.utf8(text) == Array("{}\n\u{feff}[\"ïa\"]\u{feff}".utf8))
        #expect(InputText.withoutMarks(text) == Array("{}\n[\"ïa\"]".utf8))
    }

    @Test("what is cut off or broken is no text of its own")
    func broken() {
        #expect(InputText.utf8([]) == [])
        #expect(InputText.utf8([0xff, 0xfe]) == [])
        #expect(InputText.utf8([0xff]) == [0xff])
        #expect(InputText.utf8([0xff, 0xfe, 0x41]) == Array("\u{fffd}".utf8))
        #expect(InputText.utf8([0xff, 0xfe, 0x41, 0x00, 0x3d, 0xd8]) == Array("A\u{fffd}".utf8))
    }
}
