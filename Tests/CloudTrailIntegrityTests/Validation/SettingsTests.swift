import CloudTrailFormat
import Testing

@testable import CloudTrailIntegrity

@Suite("Options as text")
struct SettingsTests {
    private let now = Timestamp("2026-03-02T00:00:00Z") ?? .distantPast

    @Test("each value means what the command's option means")
    func values() throws {
        var settings = ValidationSettings()
        for (name, text) in [
            (ValidationSettings.Name.startTime, "2026-03-01T01:00:00+01:00"), (.accountID, "111122223333"),
            (.accountID, "444455556666"), (.region, "eu-west-1"), (.trail, "management"), (.bucket, "b-1"),
            (.grace, "90m"), (.maxAge, "4h"), (.maxAge, "3h"), (.maxLogSize, "2G"), (.maxDigestSize, "4096"),
            (.maxInflateRatio, "7"), (.maxDigestEntries, "8"), (.maxJSONDepth, "9"), (.maxKeyLength, "10"),
            (.findingsPerFolder, "11"), (.jobs, "40"), (.verbose, "true"),
        ] { try settings.set(name, to: text) }
        let options = settings.options(at: now)
        #expect(options.start == Timestamp("2026-03-01T00:00:00Z"))
        #expect(options.accounts == ["111122223333", "444455556666"])
        #expect(options.regions == ["eu-west-1"])
        #expect(options.trails.listed.map(\.name) == ["management"])
        #expect(options.bucket == "b-1")
        #expect(options.grace == .seconds(5400))
        #expect(options.coverageMustReach == Timestamp("2026-03-01T21:00:00Z") && options.now == now)
        #expect(
            settings.options(at: now.advanced(bySeconds: 60)).coverageMustReach == now.advanced(bySeconds: 60 - 10_800)
        )
        #expect((options.limits.logBytes, options.limits.digestBytes) == (2 << 30, 4096))
        #expect((options.limits.inflateRatio, options.limits.digestEntries) == (7, 8))
        #expect((options.limits.jsonDepth, options.limits.keyBytes) == (9, 10))
        #expect(options.findingsPerFolder == 11)
        #expect((options.jobs, options.readers, options.listsProvenFiles) == (40, 16, true))
    }

    @Test("a plain date is its midnight in UTC")
    func date() throws {
        var settings = ValidationSettings()
        try settings.set(.startTime, to: "2026-03-01")
        try settings.set(.endTime, to: "2026-03-08")
        let options = settings.options(at: now)
        #expect(options.start == Timestamp("2026-03-01T00:00:00Z"))
        #expect(options.end == Timestamp("2026-03-08T00:00:00Z"))
    }

    @Test(
        "a bad value is named with what it should be, and changes nothing",
        arguments: [
            (
                ValidationSettings.Name.startTime, "yesterday",
                "The value 'yesterday' is invalid for '--start-time': an ISO"
            ),
            (
                .startTime, "2026-03-02T00:00:00Z",
                "The start 2026-03-02T00:00:00Z is not before the end 2026-03-02T00:00:00Z"
            ),
            (.maxAge, "3h", "'--max-age' stands in the place of '--end-time': give one of them"),
            (.accountID, "1", "The value '1' is invalid for '--account-id': an account has 12 digits"),
            (.startTime, "", "The value '' is invalid for '--start-time': an ISO"),
            (.startTime, "2026-02-30", "is invalid for '--start-time': an ISO"),
            (.startTime, "2026-03-02", "The start 2026-03-02T00:00:00Z is not before the end 2026-03-02T00:00:00Z"),
            (.accountID, "", "is invalid for '--account-id': an account has 12 digits"),
            (.region, "", "The value '' is invalid for '--region': the name of a region"),
            (.region, " us-east-1", "is invalid for '--region': the name of a region"),
            (.trail, "", "is invalid for '--trail': a name, or arn:"),
            (.trail, "arn:x", "The value 'arn:x' is invalid for '--trail': a name, or arn:"),
            (.bucket, "/", "The value '/' is invalid for '--bucket': the name of a bucket"),
            (.bucket, "", "is invalid for '--bucket': the name of a bucket"),
            (.bucket, "arn:aws:s3:::b-1", "is invalid for '--bucket': the name of a bucket"),
            (.grace, "90", "The value '90' is invalid for '--grace': a number with s, m, h or d"),
            (.grace, "9223372036854775807d", "is invalid for '--grace'"),
            (.maxLogSize, "-1K", "is invalid for '--max-log-size': a number of bytes, or one with K, M, G or T"),
            (.maxLogSize, "0", "is invalid for '--max-log-size': a number of bytes"),
            (.maxJSONDepth, "2", "is invalid for '--max-json-depth': a whole number from 3 to 256"),
            (.maxJSONDepth, "100000", "is invalid for '--max-json-depth': a whole number from 3 to 256"),
            (.findingsPerFolder, "0", "is invalid for '--findings-per-folder': a whole number from 1 to 1000000000"),
            (.jobs, "0", "is invalid for '--jobs': a whole number from 1 to 4096"),
            (.readers, "9223372036854775807", "is invalid for '--readers': a whole number from 1 to 4096"),
            (.verbose, "yes", "is invalid for '--verbose': true or false"),
        ]
    )
    func errors(name: ValidationSettings.Name, text: String, message: String) throws {
        var settings = ValidationSettings()
        try settings.set(.endTime, to: "2026-03-02T00:00:00Z")
        let error = #expect(throws: ValidationSettingError.self) { try settings.set(name, to: text) }
        #expect(error?.message(dashes: "--").contains(message) == true)
        let options = settings.options(at: now)
        #expect(options.start == nil && options.coverageMustReach == nil && options.accounts.isAll)
        #expect(options.trails.isAll && options.grace == .seconds(9000) && !options.listsProvenFiles)
    }
}
