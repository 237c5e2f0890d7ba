import CloudTrailFormat
import CloudTrailIntegrity
import CloudTrailRules
import Foundation
import NativeInterop
import Testing

@testable import CloudTrailIntegrityCommand

@Suite("The file of a plan")
struct PlanFileTests {
    private func plan() throws -> PlanFile {
        let places = ArchivePlaces(
            offsets: [.bucketFolder(Array("front/".utf8))],
            prefixes: DeliveryPrefixes([ObjectKey("p/")])
        )
        let shares = [
            WorkPlan.Share(
                account: "111122223333",
                region: "us-east-1",
                end: Timestamp("2026-03-02T00:00:00Z"),
                entries: 7
            ),
            WorkPlan.Share(account: "111122223334", region: "eu-west-1", entries: 63),
        ]
        let start = WorkPlan.Share(
            account: "111122223333",
            region: "us-east-1",
            start: Timestamp("2026-03-02T00:00:00Z"),
            entries: 50
        )
        return try PlanFile(
            begin: try #require(Timestamp("2026-03-05T00:00:00Z")),
            version: "1.2.3",
            arguments: ["a%b", ByteString(bytes: [0x61, 0xff, 0x25]), "--parts", "2"],
            roots: [ByteString(bytes: [0x61, 0xff, 0x25])],
            evidence: [PlanFile.Evidence(role: .keys, name: "k\nl", sha256: try SHA256Digest.of([1]))],
            state: try SHA256Digest.of([2]),
            WorkPlan(
                places: places,
                parts: [
                    WorkPlan.Part(shares: shares, entries: [70]), WorkPlan.Part(shares: [start], entries: [50]),
                ]
            )
        )
    }

    private func bytes(_ lines: [String]) -> [UInt8] { lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] } }

    @Test("what is read is what was written", arguments: [nil, Array("0123456789abcdef".utf8)])
    func again(key: [UInt8]?) throws {
        let plan = try plan()
        let read = try PlanFile(reading: bytes(try plan.serialized(key: key)), key: key)
        #expect(read.plan == plan.plan && read.arguments == plan.arguments && read.roots == plan.roots)
        #expect(read.evidence == plan.evidence && read.state == plan.state && read.hash == plan.hash)
        #expect(read.begin == plan.begin && read.version == plan.version)
    }

    /// I43
    @Test("no byte of it can be another, and nothing can be added", arguments: [nil, Array("0123456789abcdef".utf8)])
    func altered(key: [UInt8]?) throws {
        let good = bytes(try plan().serialized(key: key))
        for position in stride(from: 0, to: good.count, by: 3) {
            var other = good
            other[position] ^= 1
            #expect(throws: PlanFileError.self) { try PlanFile(reading: other, key: key) }
            #expect(throws: PlanFileError.self) { try PlanFile(reading: Array(good[..<position]), key: key) }
        }
        #expect(throws: PlanFileError.self) { try PlanFile(reading: good + good, key: key) }
    }

    /// I43
    @Test("with a hash that agrees, it is refused or read as it stands")
    func resealed() throws {
        let lines = try plan().serialized(key: nil)
        let content = bytes(Array(lines.dropLast()))
        var state: UInt64 = 42
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<800 {
            var other = content
            for _ in 0...next(3) {
                switch next(3) {
                case 0: other[next(other.count)] = UInt8(next(256))
                case 1: other.insert(other[next(other.count)], at: next(other.count))
                default: other.remove(at: next(other.count))
                }
            }
            let end = #"{"type":"end","sha256":"\#(Hex.encode(try SHA256Digest.of(other).bytes))"}"# + "\n"
            guard let read = try? PlanFile(reading: other + Array(end.utf8), key: nil) else { continue }
            #expect(bytes(Array(try read.serialized(key: nil).dropLast())) == other)
            #expect(read.plan.parts.allSatisfy { $0.entries.count == read.roots.count })
        }
    }
}
