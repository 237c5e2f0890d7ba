/// Times as CloudTrail writes them, worked out from the Gregorian calendar: seconds since 1970 on one side, text on the
/// other.
enum CivilTime {
    static let day: Int64 = 86_400
    static let hour: Int64 = 3600

    /// The number of a day since 1970-01-01; `nil` for one that no month has.
    static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
        guard (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year) else { return nil }
        var days: Int64 = 0
        if year >= 1970 {
            for earlier in 1970..<max(year, 1970) { days += isLeap(earlier) ? 366 : 365 }
        } else {
            for later in year..<1970 { days -= isLeap(later) ? 366 : 365 }
        }
        for earlier in 1..<max(month, 1) { days += length(ofMonth: earlier, year) }
        return days + day - 1
    }

    private static func isLeap(_ year: Int64) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func length(ofMonth month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Year, month, day, hour, minute, second.
    private static func parts(_ seconds: Int64) -> [Int64] {
        var day = Int64((Double(seconds) / Double(Self.day)).rounded(.down))
        let rest = seconds - day * Self.day
        var year: Int64 = 1970
        while day >= (isLeap(year) ? 366 : 365) {
            day -= isLeap(year) ? 366 : 365
            year += 1
        }
        var month: Int64 = 1
        while day >= length(ofMonth: month, year) {
            day -= length(ofMonth: month, year)
            month += 1
        }
        return [year, month, day + 1, rest / 3600, rest / 60 % 60, rest % 60]
    }

    private static func padded(_ number: Int64, _ width: Int = 2) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    /// `2026-03-01T00:10:35Z`.
    static func iso8601(_ seconds: Int64) -> String {
        let parts = parts(seconds)
        return "\(padded(parts[0], 4))-\(padded(parts[1]))-\(padded(parts[2]))T"
            + "\(padded(parts[3])):\(padded(parts[4])):\(padded(parts[5]))Z"
    }

    /// `20260301T001035Z`.
    static func compact(_ seconds: Int64) -> String {
        iso8601(seconds).filter { $0 != "-" && $0 != ":" }
    }

    /// `20260301T0010Z`.
    static func compactMinute(_ seconds: Int64) -> String {
        compact(seconds).dropLast(3) + "Z"
    }

    /// `2026/03/01`.
    static func dayFolder(_ seconds: Int64) -> String {
        String(iso8601(seconds).prefix(10)).replacing("-", with: "/")
    }

    /// The number of the day in `2026`, `03`, `01`.
    static func dayNumber(folders: [String]) -> Int64? {
        guard folders.count == 3, folders[0].utf8.count == 4, folders[1].utf8.count == 2, folders[2].utf8.count == 2,
            let year = number(folders[0]), let month = number(folders[1]), let day = number(folders[2])
        else { return nil }
        return dayNumber(year, month, day)
    }

    /// Digits and nothing else.
    private static func number(_ text: some StringProtocol) -> Int64? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(text) : nil
    }

    /// Reads `20260301T001035Z`, or `20260301T0010Z` where there are no seconds.
    static func seconds(compact text: some StringProtocol, hasSeconds: Bool) -> Int64? {
        let all = Array(String(text).utf8)
        guard all.count == (hasSeconds ? 16 : 14), all[8] == UInt8(ascii: "T"), all.last == UInt8(ascii: "Z") else {
            return nil
        }
        func part(_ range: Range<Int>) -> Int64? { number(String(decoding: all[range], as: UTF8.self)) }
        guard let year = part(0..<4), let month = part(4..<6), let day = part(6..<8), let hour = part(9..<11),
            let minute = part(11..<13), let second = hasSeconds ? part(13..<15) : 0,
            hour < 24, minute < 60, second < 60, let number = dayNumber(year, month, day)
        else { return nil }
        return number * Self.day + hour * 3600 + minute * 60 + second
    }

    /// Reads `2026-03-01T00:10:35Z`.
    static func seconds(iso8601 text: String) -> Int64? {
        guard text.utf8.count == 20 else { return nil }
        return seconds(compact: text.filter { $0 != "-" && $0 != ":" }, hasSeconds: true)
    }
}
