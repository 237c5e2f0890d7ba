/// What the name of a file tells, of names that CloudTrail does not give.
///
/// It is what the name looks like and no more: anybody can give a file such a name.
package enum StrayName: Hashable, Sendable {
    /// A download tool or a browser gives it to a file that is not complete: `x.json.gz.6CBa3926` (AWS CLI),
    /// `x.json.gz.d3adbeef.partial` (rclone). With the name that the file was to have.
    case unfinished(of: ObjectKey)
    /// A browser or a file manager gives it to a second copy: `x.json (1).gz`. With the name of the first.
    case copy(of: ObjectKey)
    /// An operating system gives it to files of its own: `desktop.ini`.
    case system
    /// Windows notes so where a download came from, and other systems make a file of it: `x.json.gz:Zone.Identifier`.
    case zoneMark
    /// Hadoop and older S3 tools give it to what stands for a folder: `x_$folder$`.
    case folderMark
    /// A tar or zip file, or the like.
    case archive
    /// A query result of CloudTrail Lake: `result_1.csv.gz`, `result_sign.json`.
    case queryResult

    /// Reads the last component of a path; `nil` for any other name, and for that of a log file.
    package init?(_ path: ObjectKey) {
        let name = path.lastComponent
        guard (1...Self.longest).contains(name.count), LogFileName(path) == nil else { return nil }
        let lowered = name.map(\.lowerCased)
        if Self.systemNames.contains(where: { lowered.elementsEqual($0.utf8) }) {
            self = .system
        } else if Self.zoneEndings.contains(where: { name.ends(with: $0) }) {
            self = .zoneMark
        } else if name.ends(with: "_$folder$") {
            self = .folderMark
        } else if let whole = Self.whole(ofUnfinished: name, lowered) {
            self = .unfinished(of: ObjectKey(bytes: whole))
        } else if let first = Self.first(ofCopy: name) {
            self = .copy(of: ObjectKey(bytes: first))
        } else if Self.isQueryResult(name) {
            self = .queryResult
        } else if Self.archiveEndings.contains(where: { lowered[...].ends(with: $0) }) {
            self = .archive
        } else {
            return nil
        }
    }

    /// The longest name that is looked at, in bytes: a key in S3 has no more.
    private static let longest = 1024

    private static let systemNames = ["desktop.ini", "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db"]

    /// The second is what WSL and Samba make of the colon.
    private static let zoneEndings = [":Zone.Identifier", "\u{f03a}Zone.Identifier"]

    private static let archiveEndings = [
        ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst", ".zip", ".7z",
    ]

    // MARK: Unfinished

    /// Of rclone, Firefox, Chrome, Safari and WinSCP.
    private static let unfinishedEndings = [".partial", ".part", ".crdownload", ".download", ".filepart"]

    private static func whole(ofUnfinished name: ArraySlice<UInt8>, _ lowered: [UInt8]) -> ArraySlice<UInt8>? {
        for ending in unfinishedEndings where lowered[...].ends(with: ending) {
            let rest = name.dropLast(ending.utf8.count)
            if !rest.isEmpty { return withoutRandomEnding(rest) ?? rest }
        }
        // Without another sign only behind what the name of a log file or a digest file ends in.
        guard let rest = withoutRandomEnding(name), rest.ends(with: ".gz") || rest.ends(with: ".json") else {
            return nil
        }
        return rest
    }

    /// A name without the `.` and eight hexadecimal digits that the AWS CLI and rclone put behind it.
    private static func withoutRandomEnding(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let rest = name.dropLast(8)
        guard name.count > 9, rest.last == UInt8(ascii: "."),
            name.suffix(8).allSatisfy(\.isHexDigit)
        else { return nil }
        return rest.dropLast()
    }

    // MARK: Copies

    /// What stands before one of a name's endings, or at its end, where it is a second copy's.
    private static let copyMarks = [" - Copy", " copy"]

    /// A name without the ` (1)`, ` - Copy` or ` copy`.
    private static func first(ofCopy name: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        for ending in [".json.gz", ".gz", ".json", ""] where name.ends(with: ending) {
            let stem = name.dropLast(ending.utf8.count)
            if let mark = copyMarks.first(where: { stem.ends(with: $0) }) {
                return joined(stem.dropLast(mark.utf8.count), ending)
            }
            guard stem.last == UInt8(ascii: ")"), let open = stem.lastIndex(of: UInt8(ascii: "(")) else { continue }
            let number = stem[(open + 1)...].dropLast()
            let rest = stem[..<open]
            if (1...3).contains(number.count), number.allSatisfy(\.isDecimalDigit), rest.last == UInt8(ascii: " ") {
                return joined(rest.dropLast(), ending)
            }
        }
        return nil
    }

    private static func joined(_ stem: ArraySlice<UInt8>, _ ending: String) -> ArraySlice<UInt8>? {
        stem.isEmpty ? nil : (Array(stem) + ending.utf8)[...]
    }

    // MARK: Query results

    private static func isQueryResult(_ name: ArraySlice<UInt8>) -> Bool {
        if name.elementsEqual("result_sign.json".utf8) { return true }
        guard name.starts(with: "result_".utf8), name.ends(with: ".csv.gz") else { return false }
        let number = name.dropFirst(7).dropLast(7)
        return !number.isEmpty && number.allSatisfy(\.isDecimalDigit)
    }
}

extension ArraySlice<UInt8> {
    /// Whether these bytes end in those of `text`, and are not equivalent to them only.
    fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
