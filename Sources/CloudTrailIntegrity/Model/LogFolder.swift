/// Where CloudTrail keeps log files: below `…/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/`, and events of other categories
/// below the like with `CloudTrail-Insight` and so on.
///
/// Readers such as Athena read every file there, whatever its name.
package struct LogFolder: Hashable, Sendable {
    /// Empty where the path does not tell.
    package let account: String
    /// Empty where the path does not tell.
    package let region: String
    /// All time where the path does not tell.
    package let day: TimeRange

    /// `nil` when `key` lies in no such folder.
    package init?(_ key: ObjectKey) {
        let folders = key.components.dropLast().map { String(decoding: $0, as: UTF8.self) }
        guard let kind = folders.firstIndex(where: { $0.hasPrefix("CloudTrail") && $0 != "CloudTrail-Digest" }) else {
            return nil
        }
        account = kind > 0 ? folders[kind - 1] : ""
        let below = folders[(kind + 1)...]
        region = below.first ?? ""
        let date = below.dropFirst().prefix(3).joined(separator: "-")
        guard let start = Timestamp("\(date)T00:00:00Z") else {
            day = .always
            return
        }
        day = TimeRange(start: start, end: start.advanced(bySeconds: 86_400))
    }
}
