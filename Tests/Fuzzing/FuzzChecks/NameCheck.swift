import CloudTrailFormat
import CloudTrailIntegrity
import CloudTrailRules

/// Lines of names and paths. Every line is read as each kind of name; the lines by twos, a path and a key, make a
/// layout.
func checkNames(_ bytes: [UInt8]) throws(FuzzFailure) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        .map { ObjectKey(bytes: Array($0)) }
    for line in lines { try checkName(line) }
    try checkLayout(lines)
}

private func checkName(_ key: ObjectKey) throws(FuzzFailure) {
    if let name = DigestFileName(key) {
        try require(LogFileName(key) == nil, "a digest file's name is a log file's too")
        try require(
            key.lastComponent.elementsEqual(name.bytes),
            "a digest file's name is not the one its parts make: \(name.text)"
        )
    }
    if let name = LogFileName(key) {
        let parts = "\(name.account)_CloudTrail_\(name.region)_\(name.time.compact(seconds: false))_"
        try require(key.lastComponent.starts(with: parts.utf8), "a log file's name has not its parts: \(parts)")
    }
    let folder = KeyFolder(of: key)
    try require(folder.category == .unknown || key.categoryFolder != nil, "a category without a folder of one")
    if let day = folder.day { try require(day.start < day.end, "an empty day") }
    if let account = folder.account { try require(account.utf8.count == 12, "an account of other than 12 digits") }
    let collapsed = key.collapsed
    try require(collapsed.collapsed == collapsed, "what is collapsed is collapsed further")
    try require(collapsed.components.allSatisfy { !$0.isEmpty } || collapsed.components.last?.isEmpty == true, "empty")
    try require(key.folder + key.lastComponent == key.bytes[...], "folder and name are not the whole")
    if let text = String(validating: key.bytes, as: UTF8.self) {
        if let time = Timestamp(text) {
            try require(Timestamp(time.iso8601) == time, "a time is not the one it is written as: \(time)")
        }
        for seconds in [true, false] {
            guard let time = Timestamp(compact: text, seconds: seconds) else { continue }
            try require(time.compact(seconds: seconds) == text, "a compact time is written otherwise: \(time)")
        }
        if let bytes = Hex.decode(text) {
            try require(Hex.encode(bytes) == text.lowercased(), "hexadecimal is written otherwise")
        }
        if let bytes = Base64.decode(text) {
            try require(Base64.encode(bytes) == text, "Base64 is written otherwise")
        }
    }
}

private func checkLayout(_ lines: [ObjectKey]) throws(FuzzFailure) {
    let evidence = stride(from: 0, to: lines.count - 1, by: 2).map { number in
        let location = ObjectLocation(bucket: "example-trail-bucket", key: lines[number + 1])
        return LayoutWitness(path: lines[number].collapsed, location: location)
    }
    let layout = ArchiveLayout.inferred(from: evidence)
    // Sets and dictionaries are ordered differently each time; the layout must not be.
    let reversed = ArchiveLayout.inferred(from: evidence.reversed())
    try require(layout == reversed, "the same evidence makes two layouts")
    guard let layout else { return }
    for item in evidence {
        guard let place = layout.place(of: item.path), item.path.isUTF8, !item.path.bytes.isEmpty else { continue }
        let path = layout.path(of: ObjectLocation(bucket: place.bucket ?? "any", key: place.key))
        try require(
            path == item.path.compressedName,
            "\(layout) maps \(item.path) to \(place.key) and that to \(path?.description ?? "nothing")"
        )
    }
}
