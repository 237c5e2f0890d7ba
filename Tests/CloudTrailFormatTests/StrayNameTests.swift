import CloudTrailFormat
import Testing

@Suite("Names that CloudTrail does not give")
struct StrayNameTests {
    private static let log = "111122223333_CloudTrail_us-east-1_20260301T0010Z_AbCdEfGhIjKlMnOp.json.gz"
    private static let stem = log.dropLast(8)

    private static func read(_ name: String) -> StrayName? { StrayName(ObjectKey("AWSLogs/x/\(name)")) }

    @Test("are told by how they look")
    func names() {
        for name in ["desktop.ini", "Desktop.INI", "Thumbs.db", "ehthumbs.db"] { #expect(Self.read(name) == .system) }
        for name in ["\(Self.log):Zone.Identifier", "x\u{f03a}Zone.Identifier"] {
            #expect(Self.read(name) == .zoneMark)
        }
        #expect(Self.read("2026_$folder$") == .folderMark)
        for name in ["a.tar", "a.TGZ", "a.tar.zst", "\(Self.stem).zip"] { #expect(Self.read(name) == .archive) }
        for name in ["result_sign.json", "result_12.csv.gz"] { #expect(Self.read(name) == .queryResult) }
        let first = ObjectKey(Self.log)
        for ending in [".6CBa3926", ".d3adbeef.partial", ".partial", ".PART", ".crdownload", ".download", ".filepart"] {
            #expect(Self.read(Self.log + ending) == .unfinished(of: first), "\(ending)")
        }
        for name in [
            "\(Self.stem) (1).json.gz", "\(Self.stem).json (12).gz", "\(Self.log) (123)", "\(Self.stem) copy.json.gz",
            "\(Self.stem) - Copy.json.gz",
        ] { #expect(Self.read(name) == .copy(of: first), "\(name)") }
    }

    @Test("and no others")
    func others() {
        for name in [
            Self.log, String(Self.log.dropLast(3)), "notes.csv", "x.6CBa3926", "\(Self.log).6CBa392",
            "\(Self.log).6CBa392g",
            "x(1).json.gz", " (1).json.gz", "x (1234).json.gz", "x ().json.gz", "x (1) y.json.gz", ".partial",
            ".deadbeef",
            "result_.csv.gz", "result_x.csv.gz", "mydesktop.ini", "", "(", ")", " (", "_$folder$x", "zip", " copy",
        ] { #expect(Self.read(name) == nil, "\(name)") }
        // A combining character makes another letter of the last one, and no other ending.
        #expect(Self.read("a.tar\u{301}") == nil)
        #expect(Self.read(String(repeating: "a", count: 2000) + ".tar") == nil)
        #expect(StrayName(ObjectKey(bytes: [0xff] + Array(".tar".utf8))) == .archive)
    }
}
