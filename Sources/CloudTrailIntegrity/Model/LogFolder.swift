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
        let components = key.components
        guard let kind = key.categoryFolder, !components[kind].isDigestFolder else {
            return nil
        }
        let folders = components.dropLast().map { String(decoding: $0, as: UTF8.self) }
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

extension ObjectKey {
    /// The number of the component that is `CloudTrail`, `CloudTrail-Digest` and so on: the first after an account,
    /// as a prefix may be called the like; without an account, the first.
    package var categoryFolder: Int? {
        let folders = components.dropLast()
        let named = folders.indices.filter { folders[$0].starts(with: "CloudTrail".utf8) }
        let afterAccount = named.first { number in
            number > 0 && folders[number - 1].count == 12
                && folders[number - 1].allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        return afterAccount ?? named.first
    }
}

extension ObjectKey {
    /// Whether it is the path of a folder that CloudTrail puts an account's digest files into, without a `/` at its end.
    var isDigestFolder: Bool { lastComponent.isDigestFolder }
}

extension ArraySlice<UInt8> {
    /// Whether it is the name of such a folder.
    var isDigestFolder: Bool { elementsEqual("CloudTrail-Digest".utf8) }
}
