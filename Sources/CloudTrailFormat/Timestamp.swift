/// A moment in UTC, to the second: what CloudTrail writes in digest files and in names.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let secondsSinceEpoch: Int64

    /// The moment `secondsSinceEpoch` seconds after 1970-01-01T00:00:00Z.
    ///
    /// What lies outside the years 0 to 9999 is clamped to them, so that arithmetic on moments cannot overflow.
    public init(secondsSinceEpoch: Int64) {
        self.secondsSinceEpoch = min(max(secondsSinceEpoch, Self.lowest), Self.highest)
    }

    private static let lowest: Int64 = -62_167_219_200
    private static let highest: Int64 = 253_402_300_799

    /// The first second of the year 0, before everything.
    public static let distantPast = Timestamp(secondsSinceEpoch: lowest)
    /// The last second of the year 9999, after everything.
    public static let distantFuture = Timestamp(secondsSinceEpoch: highest)

    /// Whether the first moment comes before the second.
    public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool {
        lhs.secondsSinceEpoch < rhs.secondsSinceEpoch
    }

    /// The moment `seconds` later.
    public func advanced(bySeconds seconds: Int64) -> Timestamp {
        let (sum, overflow) = secondsSinceEpoch.addingReportingOverflow(seconds)
        return overflow ? (seconds < 0 ? .distantPast : .distantFuture) : Timestamp(secondsSinceEpoch: sum)
    }

    /// The seconds from `earlier` to this moment.
    public func seconds(since earlier: Timestamp) -> Int64 {
        secondsSinceEpoch - earlier.secondsSinceEpoch
    }

    // MARK: Text

    /// Reads a moment that somebody asks for: an ISO 8601 date and time with `Z` or an offset, such as
    /// `2026-03-01T00:10:35Z` or `2026-03-01T01:10:35+01:00`, or a date, such as `2026-03-01`, which is its midnight in UTC.
    ///
    /// - Throws: ``TimestampError`` for anything else: a date that does not exist, a time without an offset, a fraction of
    ///   a second other than 0.
    public init(parsing text: some StringProtocol) throws(TimestampError) {
        let text = String(text)
        let isDate = text.utf8.count == 10
        guard let moment = Timestamp(isDate ? text + "T00:00:00Z" : text), Self.isWhole(text) else {
            throw TimestampError(text)
        }
        self = moment
    }

    /// Whether the text of a time has no fraction of a second, or one of 0.
    private static func isWhole(_ text: String) -> Bool {
        guard let point = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return true }
        let next = text.utf8[point...].dropFirst().first { $0 != UInt8(ascii: "0") }
        return next.map { !(0x31...0x39).contains($0) } ?? true
    }

    /// Reads the time that a file of an archive states: ISO 8601 with `Z` or an offset.
    ///
    /// A fraction of a second is read and dropped. `nil` for anything else, for dates that do not exist included (I5).
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        self.init(utf8: text.utf8.span)
    }

    /// Reads an ISO 8601 date and time from its bytes.
    package init?(utf8 text: Span<UInt8>) {
        // The form that CloudTrail writes; there are two for every log file.
        if text.count == 20, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), text[10] == UInt8(ascii: "T"),
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"), text[19] == UInt8(ascii: "Z")
        {
            self.init(digits: text, year: 0, month: 5, day: 8, hour: 11, minute: 14, second: 17)
            return
        }
        var cursor = DigitCursor()
        guard let date = cursor.date(text, separator: UInt8(ascii: "-")), cursor.take(text, UInt8(ascii: "T")),
            let hour = cursor.number(text, 2), cursor.take(text, UInt8(ascii: ":")),
            let minute = cursor.number(text, 2), cursor.take(text, UInt8(ascii: ":")),
            let second = cursor.number(text, 2)
        else { return nil }
        if cursor.take(text, UInt8(ascii: ".")) {
            guard cursor.skipDigits(text) > 0 else { return nil }
        }
        var offset: Int64 = 0
        if !cursor.take(text, UInt8(ascii: "Z")) {
            let sign: Int64
            if cursor.take(text, UInt8(ascii: "+")) {
                sign = 1
            } else if cursor.take(text, UInt8(ascii: "-")) {
                sign = -1
            } else {
                return nil
            }
            guard let hours = cursor.number(text, 2), hours < 24 else { return nil }
            _ = cursor.take(text, UInt8(ascii: ":"))
            guard let minutes = cursor.number(text, 2), minutes < 60 else { return nil }
            offset = sign * Int64(hours * 3600 + minutes * 60)
        }
        guard cursor.offset == text.count,
            let moment = Timestamp(days: date, hour: hour, minute: minute, second: second)
        else { return nil }
        self = moment.advanced(bySeconds: -offset)
    }

    /// Reads the compact form of object names: `20260301T001035Z`, or `20260301T0010Z` where `seconds` is false.
    package init?(compact text: some StringProtocol, seconds: Bool) {
        let text = String(text)
        self.init(compactUTF8: text.utf8.span, seconds: seconds)
    }

    /// Reads the compact form of object names from its bytes.
    package init?(compactUTF8 text: Span<UInt8>, seconds: Bool) {
        if seconds {
            guard text.count == 16, text[8] == UInt8(ascii: "T"), text[15] == UInt8(ascii: "Z") else { return nil }
            self.init(digits: text, year: 0, month: 4, day: 6, hour: 9, minute: 11, second: 13)
            return
        }
        var cursor = DigitCursor()
        guard let date = cursor.date(text, separator: nil), cursor.take(text, UInt8(ascii: "T")),
            let hour = cursor.number(text, 2), let minute = cursor.number(text, 2),
            cursor.take(text, UInt8(ascii: "Z")), cursor.offset == text.count
        else { return nil }
        self.init(days: date, hour: hour, minute: minute, second: 0)
    }

    /// Reads four digits and five times two, from these offsets on, which must be in `text`.
    @inline(__always)
    private init?(digits text: Span<UInt8>, year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        var greatest: UInt8 = 0
        func two(_ offset: Int) -> Int {
            let (tens, ones) = (text[offset] &- UInt8(ascii: "0"), text[offset + 1] &- UInt8(ascii: "0"))
            greatest = max(greatest, tens, ones)
            return Int(tens) &* 10 &+ Int(ones)
        }
        let (year, month, day) = (two(year) &* 100 &+ two(year + 2), two(month), two(day))
        let (hour, minute, second) = (two(hour), two(minute), two(second))
        guard greatest < 10, let days = CivilDate.days(year: year, month: month, day: day) else { return nil }
        self.init(days: days, hour: hour, minute: minute, second: second)
    }

    private init?(days: Int64, hour: Int, minute: Int, second: Int) {
        guard hour < 24, minute < 60, second < 60 else { return nil }
        self.init(secondsSinceEpoch: days * 86_400 + Int64(hour * 3600 + minute * 60 + second))
    }

    /// `2026-03-01T00:10:35Z`.
    package var iso8601: String {
        let parts = calendarParts
        return "\(pad(parts.year, 4))-\(pad(parts.month, 2))-\(pad(parts.day, 2))T"
            + "\(pad(parts.hour, 2)):\(pad(parts.minute, 2)):\(pad(parts.second, 2))Z"
    }

    /// `20260301T001035Z`, or `20260301T0010Z` where `seconds` is false.
    package func compact(seconds: Bool) -> String {
        var bytes: [UInt8] = []
        appendCompact(to: &bytes, seconds: seconds)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends ``compact(seconds:)``.
    package func appendCompact(to bytes: inout [UInt8], seconds: Bool) {
        let parts = calendarParts
        func append(_ number: Int, digits: Int) {
            var divisor = digits == 4 ? 1000 : 10
            while divisor > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
                divisor /= 10
            }
        }
        append(parts.year, digits: 4)
        append(parts.month, digits: 2)
        append(parts.day, digits: 2)
        bytes.append(UInt8(ascii: "T"))
        append(parts.hour, digits: 2)
        append(parts.minute, digits: 2)
        if seconds { append(parts.second, digits: 2) }
        bytes.append(UInt8(ascii: "Z"))
    }

    /// `2026/03/01`: the folders of the day in an object's key.
    package var dayFolder: String {
        let parts = calendarParts
        return "\(pad(parts.year, 4))/\(pad(parts.month, 2))/\(pad(parts.day, 2))"
    }

    /// The days since 1970-01-01.
    package var dayNumber: Int64 {
        (secondsSinceEpoch - Self.lowest) / 86_400 + Self.lowest / 86_400
    }

    private var calendarParts: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        let second = Int(secondsSinceEpoch - dayNumber * 86_400)
        let date = CivilDate(days: dayNumber)
        return (date.year, date.month, date.day, second / 3600, second / 60 % 60, second % 60)
    }
}

extension Timestamp: CustomStringConvertible {
    /// `2026-03-01T00:10:35Z`.
    public var description: String { iso8601 }
}

private func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// A date of the proleptic Gregorian calendar, from and to a number of days since 1970-01-01.
///
/// Years are counted from March, so that the leap day is the last of its year, in eras of 400 years.
private struct CivilDate {
    let year: Int
    let month: Int
    let day: Int

    private static let daysToEpoch: Int64 = 719_468
    private static let daysPerEra: Int64 = 146_097

    init(days: Int64) {
        let shifted = days + Self.daysToEpoch
        let era = (shifted >= 0 ? shifted : shifted - Self.daysPerEra + 1) / Self.daysPerEra
        let dayOfEra = shifted - era * Self.daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// The days since 1970-01-01 of a date; `nil` where it does not exist.
    static func days(year: Int, month: Int, day: Int) -> Int64? {
        guard (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        let hasThirty = month == 4 || month == 6 || month == 9 || month == 11
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        guard day <= (month == 2 ? (isLeap ? 29 : 28) : hasThirty ? 30 : 31) else { return nil }
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let monthFromMarch = Int64(month > 2 ? month - 3 : month + 9)
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * daysPerEra + dayOfEra - daysToEpoch
    }
}

/// Reads fixed numbers of ASCII digits; each call is given the same text, because a span cannot be kept.
private struct DigitCursor {
    private(set) var offset = 0

    mutating func take(_ text: Span<UInt8>, _ byte: UInt8) -> Bool {
        guard offset < text.count, text[offset] == byte else { return false }
        offset += 1
        return true
    }

    /// The number of so many digits, 18 at most.
    @inline(__always)
    mutating func number(_ text: Span<UInt8>, _ digits: Int) -> Int? {
        guard digits <= text.count - offset else { return nil }
        var value = 0
        for index in 0..<digits {
            let digit = text[offset &+ index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int(digit)
        }
        offset &+= digits
        return value
    }

    mutating func skipDigits(_ text: Span<UInt8>) -> Int {
        var count = 0
        while number(text, 1) != nil { count += 1 }
        return count
    }

    /// Year, month and day as days since 1970-01-01.
    mutating func date(_ text: Span<UInt8>, separator: UInt8?) -> Int64? {
        guard let year = number(text, 4), takeSeparator(text, separator), let month = number(text, 2),
            takeSeparator(text, separator), let day = number(text, 2)
        else { return nil }
        return CivilDate.days(year: year, month: month, day: day)
    }

    private mutating func takeSeparator(_ text: Span<UInt8>, _ separator: UInt8?) -> Bool {
        guard let separator else { return true }
        return take(text, separator)
    }
}
