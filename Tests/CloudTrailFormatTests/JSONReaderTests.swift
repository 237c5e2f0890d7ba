import Foundation
import TestSupport
import Testing

@testable import CloudTrailFormat

@Suite struct JSONReaderTests {
    /// The error for reading `bytes` as one value, `nil` when they are accepted.
    private static func error(_ bytes: [UInt8], depth: Int = 32) -> JSONError? {
        var reader = JSONReader(bytes, maximumDepth: depth)
        do throws(JSONError) {
            try reader.skipValue()
            try reader.expectEnd()
            return nil
        } catch {
            return error
        }
    }

    private static func error(_ text: String, depth: Int = 32) -> JSONError? {
        error(Array(text.utf8), depth: depth)
    }

    private static func string(_ bytes: [UInt8]) throws(JSONError) -> String {
        var reader = JSONReader(bytes, maximumDepth: 0)
        let text = try reader.readString()
        try reader.expectEnd()
        return text
    }

    private static func foundationAccepts(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])) != nil
    }

    // MARK: The grammar

    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1", "-1", "10", "1.5", "0.0", "1e5", "1E5", "1e+5", "1e-5", "-1.25E-2",
        "\"\"",
        "\"a\"", "[]", "{}", "[ ]", "{ }", "[1]", "[1,2]", "[[[]]]", "{\"a\":1}", "{\"a\":{\"b\":[null]}}",
        " [ 1 , 2 ] ",
        "\t\r\n {} \n", "{\"\":0}", "[\"\",0]", "{\"a\":\"\u{7f}\"}", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u00e9\"",
        "\"\\ud83d\\ude42\"", "\"日本\u{301}\u{10ffff}\"", "\"\u{2028}\u{2029}\"", "\"\u{feff}\"", "\"\\uffff\"", "\"/\"",
        "123456789012345678", "0.1e1", "[true,false,null]", "[1.0,\"x\",{}]",
    ])
    func acceptsWhatTheGrammarAllows(text: String) {
        #expect(Self.error(text) == nil)
        #expect(Self.foundationAccepts(Array(text.utf8)))
    }

    /// I6
    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "NULL", "tru", "truefalse", "falsy", "undefined", "NaN", "-NaN", "Infinity",
        "-Infinity",
        "01", "-01", "00", "1.", ".5", "-", "+1", "--1", "1e", "1e+", "1.e5", "1.5.5", "0x10", "1_000", "1 2", "0e",
        "-.5",
        "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1,,2]", "[1}", "[]]", "[\"a\"", "[:]", "{", "}", "{]",
        "{1:2}",
        "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{\"a\" 1}", "{\"a\",1}", "{a:1}", "{'a':1}",
        "{\"a\":1 \"b\":2}", "{\"a\"::1}", "{\"a\":}", "{\"a\":1}}", "{\"a\":1,,\"b\":2}", "{null:1}", "{\"a\":1}{}",
        "[][]",
        "\"", "\"a", "'a'", "\"a\" \"b\"", "\"\\\"", "\"\\x41\"", "\"\\'\"", "\"\\u\"", "\"\\u12\"", "\"\\u123g\"",
        "\"\\U0041\"",
        "\"\\u 041\"", "\"\\u+041\"", "\"\\0\"", "\"\\v\"", "\"\\e\"", "\"\\\n\"", "\"a\nb\"", "\"a\tb\"", "\"\u{1f}\"",
        "\"\0\"",
        "// x\n1", "/* x */ 1", "# x\n1", "1 // x", "[1]/**/", "\u{b}1", "\u{c}[]", "\u{a0}1", "\u{2003}1", "1\0", "\0",
        "\0{}", ";", "{};",
        "\u{feff}{}", "\u{feff}", "=", "a", "[a]", "*", "<null>", "{\"a\":true\u{2028}}",
    ])
    func refusesEverythingElse(text: String) {
        #expect(Self.error(text) != nil)
    }

    @Test func numbersOfAnySizeAreText() throws {
        for text in [
            "1e999999999", "-1e-999999999", String(repeating: "9", count: 5000),
            "0." + String(repeating: "0", count: 5000),
        ] {
            var reader = JSONReader(Array(text.utf8), maximumDepth: 0)
            let number = try reader.readNumber()
            #expect(number == text)
            let isAtEnd = reader.isAtEnd()
            #expect(isAtEnd)
        }
    }

    @Test(arguments: [
        ("", JSONError.Reason.unexpectedEnd, 0), ("[", .unexpectedEnd, 1), ("[1,]", .unexpectedByte, 3),
        ("{}x", .trailingBytes, 2),
        ("\"\\q\"", .invalidString, 2), ("\"a\nb\"", .invalidString, 2), ("-x", .invalidNumber, 1),
        ("[1.x]", .invalidNumber, 3),
        ("\"\\ud800\"", .invalidString, 7), ("{\"a\":1,\"a\":2}", .duplicateName("a"), 7), ("tru", .unexpectedEnd, 3),
        ("\"abc", .unexpectedEnd, 4), (" @", .unexpectedByte, 1),
    ])
    func saysWhatAndWhere(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(Self.error(text)?.reason == reason)
        #expect(Self.error(text)?.offset == offset)
        #expect(Self.error(text)?.description.contains("\(offset)") == true)
    }

    // MARK: Against Foundation

    /// Random changes to a sample; where Foundation accepts and we do not, the reason must be one of ours.
    @Test func agreesWithFoundationOnChangedTexts() throws {
        let sample = Array(#"{"a":[1,-2.5e3,"x\/\u00e9\n",null,true],"b":{"c":"日","d":[]},"e":false}"#.utf8)
        let alphabet = Array("{}[]:,\"\\/0123456789.-+eEabcdeflnrstu \n\t".utf8)
        var random = SequenceGenerator(seed: 3)
        var accepted = 0
        for _ in 0..<3000 {
            var text = sample
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let index = Int.random(in: 0..<text.count, using: &random)
                let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text[index] = byte
                case 1: text.insert(byte, at: index)
                default: text.remove(at: index)
                }
            }
            let error = Self.error(text)
            if error == nil { accepted += 1 }
            // Deliberately stricter: a name twice.
            if case .duplicateName = error?.reason { continue }
            try #require((error == nil) == Self.foundationAccepts(text), "\(String(decoding: text, as: UTF8.self))")
        }
        #expect(accepted > 300)
    }

    @Test func stringsReadAsFoundationReadsThem() throws {
        let pieces = [
            "a", "é", "日", "🙂", "e\u{301}", "\\n", "\\/", "/", "\\\\", "\\\"", "\\u0000", "\\u00e9", "\\u00E9",
            "\\ud83d\\ude42", "\\uD83D\\uDE42",
            "\\uffff", "\\b", "\\f", "\\r", "\\t", " ", "\u{7f}", "\\udbff\\udfff", "\\ud800\\udc00", "\\u0041",
        ]
        var random = SequenceGenerator(seed: 4)
        for _ in 0..<500 {
            var content = ""
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                content += pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }
            let bytes = Array("\"\(content)\"".utf8)
            let text = try Self.string(bytes)
            let expected = try #require(
                try JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed]) as? String
            )
            try #require(Array(text.utf8) == Array(expected.utf8), "\(content)")
        }
    }

    // MARK: Strings

    @Test(arguments: [
        #""a\/b""#: "a/b", #""a/b""#: "a/b", #""\u0000""#: "\0", #""\u001b[0m""#: "\u{1b}[0m", #""\ud83d\ude42""#: "🙂",
        #""\u002f""#: "/",
        #""\\/""#: "\\/", #""\\u0041""#: "\\u0041", #""\"""#: "\"", #""\u00E9\u00e9""#: "éé",
    ])
    func escapes(text: String, expected: String) throws {
        #expect(Array(try Self.string(Array(text.utf8)).utf8) == Array(expected.utf8))
    }

    /// I6
    @Test(arguments: [
        #""\ud800""#, #""\udfff""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\ud83d""#, #""\ude42\ud83d""#,
        #""\ud83d\u0041""#,
        #""\ud83d\u""#, #""\ud83d\ude4""#, #""\ud83d\""#, #""x\udc00x""#,
    ])
    func loneSurrogatesAreRefused(text: String) {
        #expect(throws: JSONError.self) { try Self.string(Array(text.utf8)) }
    }

    @Test(
        arguments: [
            [0xff], [0xfe], [0x80], [0xbf], [0xc3], [0xc3, 0x28], [0xe2, 0x82], [0xf0, 0x9f, 0x99],
            // Overlong: `/`, NUL, and `"` that would end the string.
            [0xc0, 0xaf], [0xc0, 0x80], [0xe0, 0x80, 0xaf], [0xf0, 0x80, 0x80, 0xaf], [0xc0, 0xa2],
            // Surrogates, and beyond U+10FFFF.
            [0xed, 0xa0, 0x80], [0xed, 0xb0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80],
            [0xf8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]]
    )
    func bytesThatAreNotUTF8AreRefused(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        for padding in [[], Array("\\n".utf8)] as [[UInt8]] {
            let text = [quote] + padding + bytes + [UInt8(ascii: "x"), quote]
            #expect(throws: JSONError.self) { try Self.string(text) }
            // In a name, and in a value that nobody asked for.
            #expect(Self.error(Array("{".utf8) + text + Array(":1}".utf8)) != nil)
            #expect(Self.error(Array("{\"a\":".utf8) + text + Array("}".utf8)) != nil)
        }
        #expect(Self.error(bytes) != nil)
        #expect(Self.error(bytes + Array("{}".utf8)) != nil)
        #expect(Self.error(Array("{}".utf8) + bytes) != nil)
    }

    @Test func theFirstErrorOfAStringIsGiven() {
        // UTF-8 is judged last, at the string's first byte.
        for (content, offset) in [
            ([0xff], 1), ([UInt8](repeating: 0x61, count: 40) + [0xff], 1), ([0xc3, 0x5c, 0x6e, 0xa9], 1),
            ([0xff, 0x5c, 0x71], 3), ([0xff, 0x0a], 2), ([0x61, 0xff, 0x0a], 3),
        ] as [([UInt8], Int)] {
            let error = Self.error([UInt8(ascii: "\"")] + content + [UInt8(ascii: "\"")])
            #expect(error == JSONError(reason: .invalidString, offset: offset))
        }
        #expect(Self.error([UInt8(ascii: "\""), 0xff]) == JSONError(reason: .unexpectedEnd, offset: 2))
    }

    /// Strings are read many bytes at a time: what ends them may stand at any place.
    @Test func everyLengthIsRead() throws {
        for length in 0..<70 {
            for start in 0..<9 {
                let padding = String(repeating: " ", count: start)
                let content = String(repeating: "x", count: length)
                #expect(try Self.string(Array("\(padding)\"\(content)\"".utf8)) == content)
                #expect(
                    try Self.string(Array("\(padding)\"\(content)\\n\(content)é\"\(padding)".utf8))
                        == "\(content)\n\(content)é"
                )
                #expect(
                    Self.error("\(padding)\"\(content)")
                        == JSONError(reason: .unexpectedEnd, offset: start + 1 + length)
                )
                #expect(
                    Self.error("\(padding)\"\(content)\u{1f}\"")
                        == JSONError(reason: .invalidString, offset: start + 1 + length)
                )
            }
        }
    }

    /// Bytes that differ from those that end a string in one bit, or in the highest.
    @Test func everyByteIsReadAsItIs() throws {
        for value in 0x20..<0x80 where value != 0x22 && value != 0x5c {
            let content = [UInt8](repeating: UInt8(value), count: 33)
            #expect(Array(try Self.string([0x22] + content + [0x22]).utf8) == content)
        }
        for scalar in [0x80, 0xa2, 0xdc, 0x9f, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff].compactMap(Unicode.Scalar.init)
        {
            let content = String(repeating: String(Character(scalar)), count: 9)
            #expect(Array(try Self.string(Array("\"\(content)\"".utf8)).utf8) == Array(content.utf8))
        }
    }

    @Test func everyControlCharacterMustBeEscaped() {
        for value in 0..<0x20 {
            let byte = UInt8(value)
            #expect(Self.error([UInt8(ascii: "\"")] + [byte] + [UInt8(ascii: "\"")])?.reason == .invalidString)
            // Also after an escape, where another loop reads.
            #expect(Self.error(Array("\"\\n".utf8) + [byte] + Array("\"".utf8))?.reason == .invalidString)
            #expect(Self.error(String(format: "\"\\u%04x\"", value)) == nil)
        }
    }

    @Test(arguments: ["\u{feff}{}", "\u{feff}[1]"])
    func aByteOrderMarkIsRefused(text: String) {
        #expect(Self.error(text)?.reason == .unexpectedByte)
    }

    @Test func otherEncodingsAreRefused() throws {
        for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32] {
            let bytes = try #require("{\"a\":1}".data(using: encoding))
            #expect(Self.error(Array(bytes)) != nil)
        }
    }

    // MARK: Structure

    @Test func noTruncationIsAccepted() {
        let sample = Array(#"{"a":[1,"x\/\ud83d\ude42é",{"b":null,"c":true}],"d":false,"e":"","f":-1.5e+3}"#.utf8)
        #expect(Self.error(sample) == nil)
        for count in 0..<sample.count {
            #expect(Self.error(Array(sample.prefix(count))) != nil, "\(count)")
        }
    }

    @Test(arguments: [0, 1, 2, 31, 32, 100])
    func theDepthLimitIsExact(limit: Int) {
        for (opening, closing) in [("[", "]"), ("{\"a\":", "}")] {
            func nested(_ depth: Int) -> String {
                String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)
            }
            #expect(Self.error(nested(limit), depth: limit) == nil)
            #expect(Self.error(nested(limit + 1), depth: limit)?.reason == .tooDeep)
            // The limit comes before the end, however deep it goes on.
            #expect(Self.error(String(repeating: opening, count: 200_000), depth: limit)?.reason == .tooDeep)
        }
        // Side by side is not deep.
        let flat = "[" + [String](repeating: "[]", count: 1000).joined(separator: ",") + "]"
        if limit >= 2 { #expect(Self.error(flat, depth: limit) == nil) }
    }

    /// I6
    @Test(arguments: [
        #"{"a":1,"a":2}"#, #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"a":1,"\u0061":2}"#, #"{"a\/b":1,"a/b":2}"#,
        #"{"":1,"":2}"#,
        #"{"x":{"a":1,"a":2}}"#, #"[{"a":1,"a":2}]"#, #"{"\ud83d\ude42":1,"🙂":2}"#, #"{"a":{},"a":[]}"#,
    ])
    func duplicateNamesAreRefused(text: String) {
        guard case .duplicateName = Self.error(text)?.reason else {
            Issue.record("accepted, or refused for another reason")
            return
        }
    }

    @Test(arguments: [
        #"{"a":1,"A":2}"#, #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":1}]"#, #"{"a":1,"a ":2}"#, #"{"a":1,"a\u0000":2}"#,
        // Equivalent to Unicode, and not the same name.
        #"{"é":1,"e\u0301":2}"#, "{\"\u{e9}\":1,\"e\u{301}\":2}", #"{"K":1,"\u212a":2}"#, "{\"K\":1,\"\u{212a}\":2}",
        #"{"\u00e9":1,"e\u0301":2,"E\u0301":3,"\u00c9":4}"#, "{\"\u{1100}\u{1161}\":1,\"\u{ac00}\":2}",
    ])
    func namesThatDifferAreFine(text: String) {
        #expect(Self.error(text) == nil)
    }

    @Test func theLimitOfNamesIsExact() {
        func object(_ count: Int) -> String {
            "{\((0..<count).map { "\"name\($0)\":0" }.joined(separator: ","))}"
        }
        #expect(Self.error(object(4096)) == nil)
        #expect(Self.error(object(4097))?.reason == .tooManyNames)
        #expect(Self.error("[\(object(4096)),\(object(4096))]") == nil)
    }

    @Test func duplicatesAreFoundAmongManyNames() {
        let names = (0..<4095).map { "\"name\($0)\":0" }
        for duplicate in [0, 23, 24, 25, 4094] {
            let text = "{\(names.joined(separator: ",")),\"name\(duplicate)\":0}"
            #expect(Self.error(text)?.reason == .duplicateName("name\(duplicate)"))
        }
    }

    /// Names are kept in other places for their length, their number, and their escapes; each is looked up in all.
    @Test(arguments: [0, 23, 24, 40], [1, 63, 64, 65, 300])
    func duplicatesAreFoundHoweverTheyAreWritten(others: Int, length: Int) {
        let name = String(repeating: "n", count: length)
        let spellings = [name, "\\u006e" + name.dropFirst(), name.dropLast() + "\\u006E"]
        let fillers = (0..<others).map { "\"other\($0)\":0," }.joined()
        for first in spellings {
            for second in spellings {
                for text in [
                    "{\(fillers)\"\(first)\":0,\"\(second)\":0}", "{\"\(first)\":0,\(fillers)\"\(second)\":0}",
                ] {
                    #expect(Self.error(text)?.reason == .duplicateName(name))
                }
            }
            #expect(Self.error("{\(fillers)\"\(first)\":0,\"\(first)n\":0}") == nil)
        }
    }

    private enum KnownName: String, CodingKey, CaseIterable {
        case key, kind
        case list = "PublicKeyList"
    }

    @Test(arguments: [
        #"{"key":0,"other":0,"kind":0,"PublicKeyList":0}"#, #"{"PublicKeyList":0,"kind":0,"other":0,"key":0}"#,
        #"{"kind":0,"k\u0065y":0,"o\u0074her":0,"\u0050ublicKeyList":0}"#,
    ])
    func findsNamesInAnyOrderAndSpelling(text: String) throws {
        var reader = JSONReader(Array(text.utf8), maximumDepth: 1)
        var seen: [KnownName?] = []
        try reader.readObject(JSONNames<KnownName>()) { (reader, name) throws(JSONError) in
            seen.append(name)
            try reader.skipValue()
        }
        #expect(Set(seen) == [.key, nil, .kind, .list])
        #expect(seen.count == 4)
    }

    @Test(arguments: ["ke", "keyy", "Key", "", "keykind", "Public\u{212a}eyList", "kin\u{221}", "key\0"])
    func doesNotFindOtherNames(name: String) throws {
        var reader = JSONReader(Array("{\"\(name.replacing("\0", with: "\\u0000"))\":0}".utf8), maximumDepth: 1)
        try reader.readObject(JSONNames<KnownName>()) { (reader, found) throws(JSONError) in
            #expect(found == nil)
            try reader.skipValue()
        }
    }

    /// The values of the members that are known, in their order.
    private static func known(_ text: String) throws(JSONError) -> [String] {
        var reader = JSONReader(Array(text.utf8), maximumDepth: 1)
        var values: [String] = []
        try reader.readObject(JSONNames<KnownName>()) { (reader, name) throws(JSONError) in
            guard let name else { return try reader.skipValue() }
            values.append("\(name.rawValue) \(try reader.readString())")
        }
        try reader.expectEnd()
        return values
    }

    /// Members in their order and without white space are read at once: what is nearly like them is not taken for them.
    @Test func membersAreReadWithAndWithoutSpace() throws {
        let parts = [
            "{", #""key""#, ":", #""a""#, ",", #""kind""#, ":", #""""#, ",", #""PublicKeyList""#, ":", #""c""#, "}",
        ]
        let values = ["key a", "kind ", "PublicKeyList c"]
        #expect(try Self.known(parts.joined()) == values)
        for number in 0...parts.count {
            for space in [" ", "\n\t\r "] {
                #expect(try Self.known((parts[..<number] + [space] + parts[number...]).joined()) == values)
            }
            if number == parts.count { continue }
            // Nothing but a value may be left out.
            #expect(throws: JSONError.self) { try Self.known((parts[..<number] + parts[(number + 1)...]).joined()) }
            for other in [",", ":", "{", "}", "\""] where parts[number].count == 1 && parts[number] != other {
                #expect(throws: JSONError.self) {
                    try Self.known((parts[..<number] + [other] + parts[(number + 1)...]).joined())
                }
            }
        }
        for count in 0..<parts.joined().utf8.count {
            #expect(throws: JSONError.self) { try Self.known(String(parts.joined().utf8.prefix(count)) ?? "") }
        }
        #expect(try Self.known(#"{"x":"","key":"a","x ":"","kind":"b"}"#) == ["key a", "kind b"])
        let unknown = (0..<4095).map { "\"name\($0)\":0" }.joined(separator: ",")
        #expect(try Self.known("{\(unknown),\"key\":\"a\"}") == ["key a"])
        #expect(throws: JSONError(reason: .tooManyNames, offset: unknown.utf8.count + 12)) {
            try Self.known("{\(unknown),\"key\":\"a\",\"kind\":\"b\"}")
        }
    }

    @Test func aKnownNameTwiceIsRefused() {
        for (text, offset) in [
            (#"{"key":0,"key":0}"#, 9), (#"{"key":"","key":""}"#, 10),
            (#"{"key":"","kind":"","key":""}"#, 20), (#"{"key":0,"kind":0,"x":0,"k\u0065y":0}"#, 24),
        ] {
            #expect(throws: JSONError(reason: .duplicateName("key"), offset: offset)) {
                var reader = JSONReader(Array(text.utf8), maximumDepth: 1)
                try reader.readObject(JSONNames<KnownName>()) { (reader, _) throws(JSONError) in try reader.skipValue()
                }
            }
        }
    }

    @Test func aLongNameIsNotQuotedWhole() throws {
        let name = String(repeating: "n", count: 100_000)
        let error = try #require(Self.error("{\"\(name)\":1,\"\(name)\":2}"))
        #expect(error.description.utf8.count < 300)
    }

    @Test func readsInOrderAndDropsTheRest() throws {
        var reader = JSONReader(
            Array(#" { "n" : -1.50 , "s" : "x" , "z" : null , "l" : [ true , {} ] } "#.utf8),
            maximumDepth: 3
        )
        var seen: [String] = []
        let kind = try reader.kind()
        #expect(kind == .object)
        try reader.readObject { (reader, text) throws(JSONError) in
            let name = reader.string(text)
            switch try reader.kind() {
            case .number: seen.append(name + (try reader.readNumber()))
            case .string: seen.append(name + (try reader.readString()))
            case .null:
                try reader.readNull()
                seen.append(name)
            case .array:
                try reader.readArray { (reader) throws(JSONError) in
                    seen.append("\(name)\(try reader.kind())")
                    try reader.skipValue()
                }
            default: try reader.skipValue()
            }
        }
        #expect(seen == ["n-1.50", "sx", "z", "lbool", "lobject"])
        let isAtEnd = reader.isAtEnd()
        #expect(isAtEnd)
    }

    @Test func aValueOfAnotherKindIsNotRead() {
        #expect(throws: JSONError.self) {
            var reader = JSONReader(Array("1".utf8), maximumDepth: 3)
            _ = try reader.readString()
        }
        #expect(throws: JSONError.self) {
            var reader = JSONReader(Array("nil".utf8), maximumDepth: 3)
            try reader.readNull()
        }
        #expect(throws: JSONError.self) {
            var reader = JSONReader(Array("[]".utf8), maximumDepth: 3)
            try reader.readObject { (reader, _) throws(JSONError) in try reader.skipValue() }
        }
    }
}
