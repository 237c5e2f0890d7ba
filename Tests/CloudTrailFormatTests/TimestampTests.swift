import Foundation
import TestSupport
import Testing

@testable import CloudTrailFormat

@Suite struct TimestampTests {
    /// From `date -u -d TEXT +%s` of GNU coreutils.
    static let known: [(String, Int64)] = [
        ("1970-01-01T00:00:00Z", 0),
        ("2000-02-29T12:34:56Z", 951_827_696),
        ("2026-03-01T00:10:35Z", 1_772_323_835),
        ("2026-03-01T01:10:35+01:00", 1_772_323_835),
        ("2026-02-28T18:40:35-05:30", 1_772_323_835),
        ("1969-12-31T23:59:59Z", -1),
        ("1900-03-01T00:00:00Z", -2_203_891_200),
        ("2100-02-28T23:59:59Z", 4_107_542_399),
        ("2100-03-01T00:00:00Z", 4_107_542_400),
        ("2400-02-29T00:00:00Z", 13_574_563_200),
        ("0001-01-01T00:00:00Z", -62_135_596_800),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("0004-02-29T00:00:00Z", -62_035_891_200),
        ("1582-10-10T00:00:00Z", -12_219_724_800),
        ("2016-12-31T23:59:59.999Z", 1_483_228_799),
        ("2024-12-31T23:30:00-01:00", 1_735_691_400),
    ]

    @Test(arguments: known)
    func readsKnownMoments(text: String, seconds: Int64) {
        #expect(Timestamp(text)?.secondsSinceEpoch == seconds)
        #expect(Timestamp(Substring(text))?.secondsSinceEpoch == seconds)
    }

    @Test(arguments: known.filter { $0.0.hasSuffix("Z") && !$0.0.contains(".") })
    func writesKnownMoments(text: String, seconds: Int64) {
        #expect(Timestamp(secondsSinceEpoch: seconds).iso8601 == text)
        #expect("\(Timestamp(secondsSinceEpoch: seconds))" == text)
    }

    /// I5
    @Test(arguments: [
        "2026-03-01T00:10:35+0000", "2026-03-01T00:10:35-00:00", "2026-03-01T02:10:35+0200",
        "2026-03-01T00:10:35.0Z", "2026-03-01T00:10:35.999999999999999999999999Z", "2026-03-01T01:10:35.5+01:00",
        "2026-03-02T00:09:35+23:59", "2026-02-28T00:11:35-23:59",
    ])
    func readsOffsetsAndFractions(text: String) {
        #expect(Timestamp(text) == Timestamp(secondsSinceEpoch: 1_772_323_835))
    }

    /// I5
    @Test(arguments: [
        "", "Z", "2026", "2026-03-01", "2026-03-01T00:10:35", "2026-03-01T00:10Z", "2026-03-01 00:10:35Z",
        "2026-03-01t00:10:35Z", "2026-03-01T00:10:35z", " 2026-03-01T00:10:35Z", "2026-03-01T00:10:35Z ",
        "2026-03-01T00:10:35Z\n", "2026-03-01T00:10:35Z\0", "26-03-01T00:10:35Z", "+2026-03-01T00:10:35Z",
        "-2026-03-01T00:10:35Z", "12026-03-01T00:10:35Z", "2026-3-01T00:10:35Z", "2026-03-1T00:10:35Z",
        "2026-03-01T0:10:35Z", "2026-03-01T00:10:35.Z", "2026-03-01T00:10:35,5Z", "2026-03-01T00:10:35+01",
        "2026-03-01T00:10:35+1:00", "2026-03-01T00:10:35+24:00", "2026-03-01T00:10:35+01:60",
        "2026-03-01T00:10:35Z+01:00",
        "2026-03-01T00:10:35 +01:00", "2026-03-01T00:10:35\u{2212}01:00", "2026/03/01T00:10:35Z", "20260301T001035Z",
        "2026-03-01T001035Z", "٢٠٢٦-03-01T00:10:35Z", "2026-03-01T00:10:35UTC", "2026-W09-7T00:10:35Z",
        "2026-060T00:10:35Z", "2026-03-01T00:1a:35Z", "0x26-03-01T00:10:35Z",
    ])
    func refusesOtherText(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: [
        "2100-02-29", "2023-02-29", "1900-02-29", "2026-04-31", "2026-06-31", "2026-09-31", "2026-11-31", "2026-02-30",
        "2024-02-30", "2026-00-10", "2026-13-10", "2026-01-00", "2026-01-32", "2026-12-32", "2026-99-99",
    ])
    func refusesDatesThatDoNotExist(date: String) {
        #expect(Timestamp("\(date)T00:00:00Z") == nil)
        #expect(Timestamp(compact: date.filter { $0 != "-" } + "T000000Z", seconds: true) == nil)
    }

    @Test(arguments: ["2000-02-29", "2024-02-29", "2400-02-29", "0000-02-29", "2026-01-31", "2026-12-31"])
    func readsDatesAtTheEdge(date: String) {
        #expect(Timestamp("\(date)T00:00:00Z")?.iso8601 == "\(date)T00:00:00Z")
    }

    @Test(arguments: ["24:00:00", "23:60:00", "23:59:60", "23:59:61", "99:00:00"])
    func refusesTimesThatDoNotExist(time: String) {
        #expect(Timestamp("2026-03-01T\(time)Z") == nil)
        #expect(Timestamp(compact: "20260301T" + time.filter { $0 != ":" } + "Z", seconds: true) == nil)
    }

    @Test func agreesWithFoundationBothWays() throws {
        var random = SequenceGenerator(seed: 1)
        // From 1600 on: before it, calendars differ in when they became Gregorian.
        for _ in 0..<2000 {
            let seconds = Int64.random(in: -11_676_096_000...253_402_300_799, using: &random)
            let moment = Timestamp(secondsSinceEpoch: seconds)
            let date = Date(timeIntervalSince1970: TimeInterval(seconds))
            let text = date.formatted(.iso8601)
            try #require(moment.iso8601 == text)
            try #require(Timestamp(text) == moment)
            try #require(try Date.ISO8601FormatStyle().parse(moment.iso8601) == date)
        }
    }

    @Test func everyDayOfFourCenturiesComesBack() throws {
        var previous: String?
        for day in 0..<146_097 {
            let moment = Timestamp(secondsSinceEpoch: Int64(day) * 86_400 + 5)
            let text = moment.iso8601
            try #require(Timestamp(text) == moment)
            try #require(moment.dayNumber == Int64(day))
            if let previous { try #require(previous < text) }
            previous = text
        }
    }

    @Test func compactForms() {
        let moment = Timestamp("2026-03-01T00:10:35Z")
        #expect(moment?.compact(seconds: true) == "20260301T001035Z")
        #expect(moment?.compact(seconds: false) == "20260301T0010Z")
        #expect(moment?.dayFolder == "2026/03/01")
        #expect(Timestamp(compact: "20260301T001035Z", seconds: true) == moment)
        #expect(Timestamp(compact: "20260301T0010Z", seconds: false) == Timestamp("2026-03-01T00:10:00Z"))
        #expect(Timestamp("0007-01-02T03:04:05Z")?.compact(seconds: true) == "00070102T030405Z")
    }

    @Test(arguments: [
        "", "20260301T0010Z", "20260301T00103Z", "20260301T0010355Z", "20260301T001035", "20260301T001035z",
        "20260301 001035Z", "2026-03-01T00:10:35Z", "20260301T001035Z ", "2026030T001035Z", "20260301T001035+0000",
    ])
    func refusesOtherCompactText(text: String) {
        #expect(Timestamp(compact: text, seconds: true) == nil)
    }

    @Test(arguments: ["", "20260301T001035Z", "20260301T001Z", "20260301T0010", "20260301T2400Z", "20260301T0060Z"])
    func refusesOtherCompactTextWithoutSeconds(text: String) {
        #expect(Timestamp(compact: text, seconds: false) == nil)
    }

    @Test(arguments: ["2026-03-01T00:10:35Z", "20260301T001035Z"])
    func refusesWhatIsNoDigitAtEveryPlace(text: String) {
        let isCompact = !text.contains("-")
        func read(_ text: String) -> Timestamp? {
            isCompact ? Timestamp(compact: text, seconds: true) : Timestamp(text)
        }
        for offset in text.utf8.indices where text[offset].isNumber {
            for other in ["/", ":", "a", " ", "\0"] {
                let changed = text.replacingCharacters(in: offset...offset, with: other)
                #expect(read(changed) == nil, "\(changed)")
            }
        }
        #expect(read(text)?.secondsSinceEpoch == 1_772_323_835)
    }

    @Test func extremesAreClampedAndNeverTrap() {
        let numbers: [Int64] = [.min, .min + 1, -62_167_219_201, -1, 0, 1, 253_402_300_800, .max - 1, .max]
        for first in numbers {
            let moment = Timestamp(secondsSinceEpoch: first)
            #expect(moment >= .distantPast && moment <= .distantFuture)
            #expect(Timestamp(moment.iso8601) == moment)
            for second in numbers {
                let later = moment.advanced(bySeconds: second)
                #expect(second < 0 ? later <= moment : later >= moment)
                #expect((later.seconds(since: moment) < 0) == (later < moment))
            }
        }
        #expect(Timestamp.distantPast.iso8601 == "0000-01-01T00:00:00Z")
        #expect(Timestamp.distantFuture.iso8601 == "9999-12-31T23:59:59Z")
        #expect(Timestamp("0000-01-01T00:00:00+23:59") == .distantPast)
        #expect(Timestamp("9999-12-31T23:59:59-23:59") == .distantFuture)
        #expect(Timestamp.distantFuture.seconds(since: .distantPast) == 315_569_519_999)
    }

    @Test func dayNumbersBeforeTheEpochRoundDown() {
        #expect(Timestamp(secondsSinceEpoch: -1).dayNumber == -1)
        #expect(Timestamp(secondsSinceEpoch: -86_400).dayNumber == -1)
        #expect(Timestamp(secondsSinceEpoch: -86_401).dayNumber == -2)
        #expect(Timestamp(secondsSinceEpoch: 86_399).dayNumber == 0)
        #expect(Timestamp.distantPast.dayNumber == -719_528)
    }

    @Test func rangesThatOnlyTouchDoNotIntersect() {
        func range(_ start: Int64, _ end: Int64) -> TimeRange {
            TimeRange(start: Timestamp(secondsSinceEpoch: start), end: Timestamp(secondsSinceEpoch: end))
        }
        #expect(!range(0, 10).intersects(range(10, 20)))
        #expect(!range(10, 20).intersects(range(0, 10)))
        #expect(range(0, 11).intersects(range(10, 20)))
        #expect(range(0, 100).intersects(range(10, 20)))
        #expect(range(0, 10).contains(Timestamp(secondsSinceEpoch: 0)))
        #expect(!range(0, 10).contains(Timestamp(secondsSinceEpoch: 10)))
        #expect(TimeRange.always.contains(Timestamp(secondsSinceEpoch: 0)))
    }

    @Test(
        "what somebody asks for may be a date, which is its midnight in UTC",
        arguments: [
            ("2026-03-08", "2026-03-08T00:00:00Z"), ("2026-03-08T01:00:00+01:00", "2026-03-08T00:00:00Z"),
            ("2026-03-08T00:00:01Z", "2026-03-08T00:00:01Z"), ("2026-03-08T00:00:01.000Z", "2026-03-08T00:00:01Z"),
        ]
    )
    func asked(text: String, moment: String) throws {
        #expect(try Timestamp(parsing: text).description == moment)
    }

    @Test(
        "what is not understood is an error and never no time",
        arguments: [
            "", "yesterday", "2026-03-08T00:00:00", "2026-02-29", "2026-3-8", "20260308", "2026-03-08 ", "2026-03-08Z",
            "2026-03-08T00:00:00.5Z", "2026-03-08T00:00:00.05+01:00", "0123456789", "2026-03-0\u{1b}",
        ]
    )
    func notUnderstood(text: String) {
        let error = #expect(throws: TimestampError.self) { try Timestamp(parsing: text) }
        #expect(error?.text == text)
        #expect(error?.description.contains("2026-03-01T00:00:00Z, or a date, such as 2026-03-01") == true)
        #expect(error?.description.contains("\u{1b}") == false)
    }
}
