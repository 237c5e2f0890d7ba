import CloudTrailFormat
import Testing

@testable import CloudTrailIntegrity

@Suite("Requests for public keys")
struct PublicKeyRequestTests {
    private let noon = Timestamp(secondsSinceEpoch: 1_772_366_400)

    private func name(_ hours: Int64, region: String = "us-east-1", isBackfill: Bool = false) -> DigestFileName {
        let chain = ChainIdentity(
            account: "111122223333",
            region: region,
            trail: "management-events",
            homeRegion: "us-east-1",
            isBackfill: isBackfill
        )
        return DigestFileName(chain: chain, endTime: noon.advanced(bySeconds: hours * 3600))
    }

    private func moment(_ hours: Int64) -> Timestamp { noon.advanced(bySeconds: hours * 3600) }

    /// I15
    @Test("reach from an hour before the oldest end to two hours after the newest, in each region")
    func regular() {
        let names = [name(5), name(-3), name(2), name(1, region: "eu-west-1")]
        #expect(
            PublicKeyRequest.requests(for: names.map { ($0, nil) }) == [
                PublicKeyRequest(region: "eu-west-1", start: moment(0), end: moment(3)),
                PublicKeyRequest(region: "us-east-1", start: moment(-4), end: moment(7)),
            ]
        )
    }

    /// I15
    @Test("reach an hour beyond when a backfill digest was generated, and are open where that is not known")
    func backfill() {
        func end(_ digests: (DigestFileName, Timestamp?)...) -> Timestamp? {
            let requests = PublicKeyRequest.requests(for: digests)
            #expect(requests.map(\.start) == [moment(-1)])
            return requests.first?.end
        }
        let late = name(0, isBackfill: true)
        #expect(end((late, moment(900))) == moment(901))
        #expect(end((late, moment(1)), (name(0), nil)) == moment(2))
        #expect(end((late, moment(900)), (name(1000), nil)) == moment(1002))
        #expect(end((late, nil)) == nil)
        #expect(end((late, nil), (name(0), nil)) == nil)
        #expect(end((name(0), nil), (late, nil)) == nil)
        // Not before its window ends.
        #expect(end((late, moment(-1))) == nil)
    }
}
