import CloudTrailFormat
import Testing

@Suite("The entry of a log file in a digest file")
struct DigestListingTests {
    private static let hash = String(repeating: "0a", count: 32)
    private static let other = String(repeating: "0b", count: 32)

    private static func entry(_ key: String, _ hash: String) -> String {
        "{ \"hashValue\": \"\(hash)\", \"more\": {\"s3Object\": \"no\"}, \"s3Bucket\": \"b\",\n\"s3Object\": \"\(key)\" }"
    }

    /// The entry of `a/b` with the first hash, as it is found in a list of these entries.
    private static func found(_ entries: String, before: String = "", after: String = "") throws -> String? {
        let digest = "{\(before)\"logFiles\": [\(entries)]\(after)}"
        let location = ObjectLocation(bucket: "b", key: ObjectKey("a/b"))
        let hash = try #require(SHA256Digest([UInt8](repeating: 0x0a, count: 32)))
        let listing = DigestFile.listing(of: location, hash: hash, in: Array(digest.utf8), limits: Limits())
        return listing.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("is the one with its key and its hash, from brace to brace")
    func isFound() throws {
        let wanted = Self.entry("a/b", Self.hash)
        let others = [Self.entry("a/b", Self.other), Self.entry("a/c", Self.hash), "null", "{}", "7"]
        for position in 0...others.count {
            var entries = others
            entries.insert(wanted, at: position)
            #expect(try Self.found(entries.joined(separator: " , "), before: "\"x\":[\(wanted)],") == wanted)
        }
        #expect(try Self.found(others.joined(separator: ",")) == nil)
        // Another member's list is not that of the log files.
        #expect(try Self.found("", after: ",\"x\":[\(wanted)]") == nil)
        let escaped = wanted.replacing("a/b", with: #"a\/\u0062"#)
        #expect(try Self.found(escaped) == escaped)
        let doubled = wanted.replacing("a/b", with: "a//b")
        #expect(try Self.found(doubled) == doubled)
        let upper = Self.entry("a/b", Self.hash.uppercased())
        #expect(try Self.found(upper) == upper)
    }

    @Test("is none in what is not a digest file's JSON")
    func isNone() throws {
        let wanted = Self.entry("a/b", Self.hash)
        #expect(try Self.found(wanted, after: ",") == nil)
        #expect(try Self.found(wanted + ",") == nil)
        #expect(try Self.found(wanted.replacing("\"b\"", with: "1")) == nil)
    }
}
