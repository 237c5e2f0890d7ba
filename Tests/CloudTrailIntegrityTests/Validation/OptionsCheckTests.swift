import CloudTrailFormat
import Testing

@testable import CloudTrailIntegrity

@Suite("Options that ask for nothing, or for something that has no meaning")
struct OptionsCheckTests {
    private static let noon = Timestamp(secondsSinceEpoch: 1_772_366_400)
    private static let regular = ExpectedChain(chain())

    private static func chain(account: String = "111122223333", isBackfill: Bool = false) -> ChainIdentity {
        ChainIdentity(
            account: account,
            region: "us-east-1",
            trail: "management-events",
            homeRegion: "us-east-1",
            isBackfill: isBackfill
        )
    }

    fileprivate struct Fault: CustomTestStringConvertible, Sendable {
        let option: ValidationOptionsError.Option
        let testDescription: String
        let set: @Sendable (inout ValidationOptions) -> Void

        init(
            _ option: ValidationOptionsError.Option,
            _ description: String,
            _ set: @escaping @Sendable (inout ValidationOptions) -> Void
        ) {
            self.option = option
            testDescription = description
            self.set = set
        }
    }

    @Test(
        "are refused before anything is read",
        arguments: [
            Fault(.start, "a start at the end") { ($0.start, $0.end) = (noon, noon) },
            Fault(.coverageMustReach, "an age and an end") { ($0.coverageMustReach, $0.end) = (noon, noon) },
            Fault(.accounts, "no account") { $0.accounts = [] },
            Fault(.accounts, "an account that is none") { $0.accounts = ["111122223333", "1111-2222-3333"] },
            Fault(.regions, "no region") { $0.regions = .only([]) },
            Fault(.regions, "an empty region") { $0.regions = [""] },
            Fault(.trails, "no trail") { $0.trails = [] },
            Fault(.bucket, "an empty bucket") { $0.bucket = "" },
            Fault(.bucket, "an address") { $0.bucket = "s3://bucket" },
            Fault(.bucket, "an ARN") { $0.bucket = "arn:aws:s3:::bucket" },
            Fault(.grace, "a negative grace") { $0.grace = .seconds(-1) },
            Fault(.grace, "a grace of less than a second") { $0.grace = .milliseconds(1500) },
            Fault(.expectedChains, "no chain") { $0.expectedChains = [] },
            Fault(.expectedChains, "a backfill chain") {
                $0.expectedChains = [ExpectedChain(chain(isBackfill: true))]
            },
            Fault(.expectedChains, "a chain of no account") { $0.expectedChains = [ExpectedChain(chain(account: ""))] },
            Fault(.expectedChains, "a chain that ends when it begins") {
                $0.expectedChains = [ExpectedChain(chain(), since: noon, until: noon)]
            },
            Fault(.expectedChains, "a chain twice") {
                $0.expectedChains = [regular, ExpectedChain(chain(), until: noon)]
            },
            Fault(.expectedChains, "chains that are all filtered out") {
                $0.expectedChains = [regular]
                $0.regions = ["eu-west-1"]
            },
            Fault(.jobs, "no thread that computes") { $0.jobs = 0 },
            Fault(.readers, "fewer than no readers") { $0.readers = -1 },
            Fault(.readers, "more readers than a number holds") { $0.readers = .max },
            Fault(.findingsPerFolder, "no finding") { $0.findingsPerFolder = 0 },
            Fault(.limits, "a limit of nothing") { $0.limits.digestEntries = 0 },
            Fault(.limits, "a depth beyond any stack") { $0.limits.jsonDepth = .max },
            Fault(.earlierRuns, "no share of the files") {
                $0.earlierRuns = EarlierRuns(ProvenState(), now: noon, recheck: .oneIn(0))
            },
            Fault(.earlierRuns, "a state and a filter") {
                $0.earlierRuns = EarlierRuns(ProvenState(), now: noon)
                $0.regions = ["eu-west-1"]
            },
        ]
    )
    fileprivate func fault(_ fault: Fault) throws {
        var options = ValidationOptions()
        fault.set(&options)
        let error = #expect(throws: ValidationOptionsError.self) { try options.check() }
        #expect(error?.option == fault.option)
        #expect(error?.description.isEmpty == false)
        // Not even that nothing is there is found out.
        let thrown = #expect(throws: ValidationOptionsError.self) {
            try Validator(keys: PublicKeySet(), options: options).validate([])
        }
        #expect(thrown == error)
    }

    @Test("the defaults, and what is asked for with care, are not")
    func sound() throws {
        try ValidationOptions().check()
        var options = ValidationOptions()
        options.accounts = ["111122223333"]
        options.regions = .only(["us-east-1"])
        options.trails = [try TrailSelector("management-events")]
        options.bucket = "b.1-2"
        options.grace = .zero
        options.start = Self.noon
        options.end = Self.noon.advanced(bySeconds: 1)
        // Saying the same twice contradicts nothing.
        options.expectedChains = [Self.regular, Self.regular]
        try options.check()
    }

    @Test(
        "a trail's text is a name or an ARN",
        arguments: ["", "a b", "arn:x", "arn:aws:cloudtrail:us-east-1:1:trail/", "a/b"]
    )
    func trail(text: String) {
        let error = #expect(throws: ValidationOptionsError.self) { try TrailSelector(text) }
        #expect(error?.option == .trails)
        #expect(error?.description.contains("such as arn:aws:cloudtrail:") == true)
    }

    /// V46
    @Test("a kind that never is accepted cannot be")
    func allowing() throws {
        let report = ValidationReport()
        let error = #expect(throws: NotAllowableError.self) {
            try report.verdict(allowing: [.digestUnsigned, .nothingValidated, .logModified])
        }
        #expect(error?.kinds == [.nothingValidated, .logModified])
        #expect(error?.description.hasPrefix("cannot be allowed: log-modified, nothing-validated (values: ") == true)
        #expect(try report.verdict(allowing: FindingKind.allowable) == .notProven)
    }
}
