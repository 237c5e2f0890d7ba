import Testing

@testable import CloudTrailFormat

@Suite struct ObjectKeyTests {
    @Test func keysAreBytes() {
        let composed = ObjectKey("caf\u{e9}")
        let decomposed = ObjectKey("cafe\u{301}")
        #expect("caf\u{e9}" == "cafe\u{301}")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(ObjectKey("a") != ObjectKey("A"))
        #expect(ObjectKey("\u{212a}") != ObjectKey("K"))
        #expect(ObjectKey("a") < ObjectKey("aa"))
        #expect(ObjectKey("Z") < ObjectKey("a"))
        #expect(ObjectKey("cafz") < composed)
        #expect(ObjectKey(bytes: [0x7f]) < ObjectKey(bytes: [0x80]))
    }

    @Test func bytesNeedNotBeUTF8() {
        let key = ObjectKey(bytes: Array("a/".utf8) + [0xff, 0xfe])
        #expect(!key.isUTF8)
        #expect(ObjectKey("é").isUTF8)
        #expect(key != ObjectKey(key.description))
        #expect(key.description == "a/\u{fffd}\u{fffd}")
        #expect(key.asciiName == nil)
    }

    @Test(arguments: [
        ("a/b/c", "c", "a/b/"), ("c", "c", ""), ("", "", ""), ("a/", "", "a/"), ("/", "", "/"), ("/a", "a", "/"),
        ("a//b", "b", "a//"),
    ])
    func partsAtTheLastSlash(key: String, name: String, folder: String) {
        #expect(Array(ObjectKey(key).lastComponent) == Array(name.utf8))
        #expect(Array(ObjectKey(key).folder) == Array(folder.utf8))
        #expect(ObjectKey(key).asciiName == Substring(name))
    }

    /// I4
    @Test(arguments: [
        ("a/b", "a/b"), ("a//b", "a/b"), ("a///b//c", "a/b/c"), ("/a/b", "a/b"), ("//a", "a"),
        ("prefix//AWSLogs/x", "prefix/AWSLogs/x"),
        ("", ""), ("/", ""), ("a/", "a/"), ("a//", "a/"), ("/a//b/", "a/b/"), ("./a/../b", "./a/../b"),
    ])
    func collapsesEmptyComponents(key: String, expected: String) {
        let collapsed = ObjectKey(key).collapsed
        #expect(collapsed == ObjectKey(expected))
        #expect(collapsed.collapsed == collapsed)
    }

    @Test(arguments: [
        ("x.json", "x.json.gz"), ("a/x.json", "a/x.json.gz"), ("x.json.gz", "x.json.gz"), ("x.JSON", "x.JSON"),
        ("x", "x"),
        (".json", ".json.gz"), ("x.json.bak", "x.json.bak"), ("json", "json"),
    ])
    func theNameBeforeDecompression(key: String, expected: String) {
        #expect(ObjectKey(key).compressedName == ObjectKey(expected))
    }

    @Test func prefixAndSuffix() {
        #expect(ObjectKey("abc").hasPrefix("ab".utf8))
        #expect(ObjectKey("abc").hasPrefix([]))
        #expect(!ObjectKey("a").hasPrefix("ab".utf8))
        #expect(ObjectKey("abc").hasSuffix("bc"))
        #expect(!ObjectKey("c").hasSuffix("bc"))
        // As bytes, a suffix may begin inside what is one character as text.
        #expect(ObjectKey("x\u{e9}.json").hasSuffix(".json"))
        #expect(ObjectKey("x/\u{301}y").folder.elementsEqual("x/".utf8))
    }

    @Test(arguments: ["b", "my-bucket", "My.Bucket_1", String(repeating: "b", count: 255)])
    func bucketNames(text: String) {
        #expect(ObjectLocation.isBucketName(text))
    }

    @Test(arguments: ["", "a/b", "a b", "a\n", "\u{7f}", "é", "\u{212a}", String(repeating: "b", count: 256), "a\0"])
    func noBucketNames(text: String) {
        #expect(!ObjectLocation.isBucketName(text))
    }

    @Test func chainsAreSortedByTheirParts() {
        func chain(_ account: String, _ region: String, _ trail: String, _ home: String, _ backfill: Bool)
            -> ChainIdentity
        {
            ChainIdentity(account: account, region: region, trail: trail, homeRegion: home, isBackfill: backfill)
        }
        let sorted = [
            chain("1", "a", "t", "h", false), chain("1", "a", "t", "h", true), chain("1", "a", "t", "i", false),
            chain("1", "a", "u", "a", false), chain("1", "b", "a", "a", false), chain("2", "a", "a", "a", false),
        ]
        #expect(sorted.reversed().sorted() == sorted)
        #expect(Set(sorted).count == sorted.count)
    }
}
