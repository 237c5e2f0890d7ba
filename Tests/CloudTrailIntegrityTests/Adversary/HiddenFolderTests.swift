import CloudTrailIntegrity
import Testing

@testable import Adversary

/// What might hide files of a log folder by where a digest is put: found by the search.
@Suite struct HiddenFolderTests {
    private static let day = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/"

    /// Where the one signed digest is put that is left, of somebody who has an account of his own.
    enum Place: CaseIterable {
        /// Directly into somebody else's log folder: its offset puts digests of his in the place of that folder.
        case besideLogs
        /// Below somebody else's log folder, with all its own folders: its offset strips that folder.
        case belowLogs

        func path(of key: String) -> String {
            switch self {
            case .besideLogs: day + lastComponent(key)
            case .belowLogs: day + key
            }
        }
    }

    @Test(arguments: Place.allCases) func aSignedDigestHidesNothingOfOthers(_ place: Place) throws {
        let worlds = try (UInt64(0)..<80).lazy.map { try AdversaryWorld.world(seed: $0) }
        let found = worlds.lazy.compactMap { world in Self.idleDigest(of: world).map { (world, $0) } }.first
        let (world, digest) = try #require(found)
        var steps: [AdversaryEdit.Step] = world.files.keys.sorted().filter { $0 != digest.key }
            .map { .remove(AdversaryPlace(root: 0, path: $0)) }
        steps.append(
            .move(AdversaryPlace(root: 0, path: digest.key), AdversaryPlace(root: 0, path: place.path(of: digest.key)))
        )
        let injected = try compressed(Array("{\"Records\":[]}".utf8))
        steps.append(.write(AdversaryPlace(root: 0, path: Self.day + "injected.json.gz"), injected))
        let judge = try AdversaryJudge(AdversaryCase(world, [AdversaryEdit(label: "hide", steps: steps)]))
        #expect(judge.report.verdict() == .notProven)
        #expect(try judge.brokenLaws() + judge.differences() == [])
    }

    private static func idleDigest(of world: AdversaryWorld) -> AdversaryWorld.Digest? {
        world.digests.first { $0.chain.account == AdversaryWorld.attacker && $0.logs.isEmpty && $0.previousKey == nil }
    }

    /// In a root without signed digests one that nobody signed says how paths are read; with a filter, nothing tells of
    /// that root.
    @Test func anUnsignedDigestHidesNothing() throws {
        let world = try #require(
            try (UInt64(0)..<80).lazy.map { try AdversaryWorld.world(seed: $0) }.first { world in
                try AdversaryJudge(AdversaryCase(world, [], Self.filtered)).report.verdict() == .valid
            }
        )
        let chain = AdversaryChain(
            account: "999999999999",
            region: "us-east-1",
            trail: "main",
            homeRegion: "us-east-1"
        )
        let end: Int64 = 1_772_395_835
        let name = AdversaryDigestName(chain: chain, end: end).text
        let forged = AdversaryDocument(
            account: chain.account,
            start: end - CivilTime.hour,
            end: end,
            bucket: "trail-bucket",
            key: "AWSLogs/\(chain.account)/CloudTrail-Lake/query/" + name,
            fingerprint: try AdversarySigner.fingerprint(),
            previous: nil,
            logs: []
        )
        let folder = "AWSLogs/\(chain.account)/CloudTrail/us-east-1/2026/03/01/"
        let log = AdversaryLogName.text(account: chain.account, region: chain.region, time: end, unique: "injected")
        let injection = AdversaryEdit(
            label: "inject",
            steps: [
                .write(AdversaryPlace(root: 1, path: folder + log), try compressed(Array("{\"Records\":[]}".utf8))),
                .write(AdversaryPlace(root: 1, path: folder + name), try compressed(forged.json)),
            ]
        )
        let judge = try AdversaryJudge(AdversaryCase(world, [injection], Self.filtered))
        #expect(judge.report.verdict() == .notProven)
        #expect(try judge.brokenLaws() + judge.differences() == [])
    }

    private static var filtered: AdversaryQuestion {
        var question = AdversaryQuestion()
        question.regions = ["us-east-1"]
        return question
    }
}
