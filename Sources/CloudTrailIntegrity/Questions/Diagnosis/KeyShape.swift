internal import CloudTrailFormat

/// What the key of an object looks like, without anything of it but what CloudTrail's format gives.
enum KeyShape {
    /// The names of folders of an account that are known, and so told as they are.
    static let categories: Set<String> = [
        "CloudTrail", "CloudTrail-Digest", "CloudTrail-Insight", "CloudTrail-NetworkActivity", "CloudTrail-Aggregated",
        "CloudTrail-Lake",
    ]

    private typealias Part = ArraySlice<UInt8>

    /// The most parts of a key or a name that are written.
    private static let mostParts = 24

    /// `PREFIX/AWSLogs/o-ID/ACCOUNT/CloudTrail-Digest/REGION/YYYY/MM/DD/` and the shape of the name.
    static func of(_ key: ObjectKey) -> String {
        let components = key.components
        let folders = components.dropLast()
        let begin = folders.firstIndex(where: \.isAWSLogs)
        var shapes: [String] = []
        for (index, folder) in folders.enumerated() {
            let shape =
                begin.map { index < $0 } ?? false ? (folder.isEmpty ? "" : "PREFIX") : self.folder(folder, shapes)
            // The depth of a prefix would identify the archive.
            if shape == "PREFIX" || shape == "FOLDER", shapes.last == shape { continue }
            shapes.append(shape)
            if shapes.count > mostParts { return "a key of more than \(mostParts) folders" }
        }
        return (shapes + [name(components.last ?? [])]).joined(separator: "/")
    }

    private static func folder(_ folder: Part, _ before: [String]) -> String {
        if folder.isEmpty { return "" }
        if folder.isAWSLogs { return "AWSLogs" }
        if folder.isAccount { return "ACCOUNT" }
        if folder.isOrganization { return "o-ID" }
        if let category = category(folder) { return category }
        if folder.isRegion { return "REGION" }
        if folder.allSatisfy(\.isDecimalDigit) {
            if folder.count == 4 { return "YYYY" }
            if folder.count == 2 { return before.last == "MM" ? "DD" : "MM" }
        }
        return "FOLDER"
    }

    private static func category(_ part: Part) -> String? {
        guard part.starts(with: "CloudTrail".utf8) else { return nil }
        let name = String(decoding: part, as: UTF8.self)
        return categories.contains(name) ? name : "CATEGORY"
    }

    private static func name(_ name: Part) -> String {
        if let digest = DigestFileName(ObjectKey(bytes: name)) {
            return "ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHMMSSZ"
                + (digest.chain.isBackfill ? "_backfill" : "") + (digest.isCompressed ? ".json.gz" : ".json")
        }
        var rest = name
        var suffix = ""
        for known in [".gz", ".json"] where rest.count >= known.utf8.count {
            guard rest.suffix(known.utf8.count).elementsEqual(known.utf8) else { continue }
            rest = rest.dropLast(known.utf8.count)
            suffix = known + suffix
        }
        var shapes: [String] = []
        for part in rest.split(separator: UInt8(ascii: "_"), maxSplits: mostParts, omittingEmptySubsequences: false) {
            let shape = self.part(part)
            if shape == "TEXT", shapes.last == shape { continue }
            shapes.append(shape)
        }
        return shapes.joined(separator: "_") + suffix
    }

    private static func part(_ part: Part) -> String {
        if part.isEmpty { return "" }
        if part.isAccount { return "ACCOUNT" }
        if let category = category(part) { return category }
        if part.isRegion { return "REGION" }
        let span = Array(part)
        if Timestamp(compactUTF8: span.span, seconds: false) != nil { return "YYYYMMDDTHHMMZ" }
        if Timestamp(compactUTF8: span.span, seconds: true) != nil { return "YYYYMMDDTHHMMSSZ" }
        if part.count <= 32, part.allSatisfy({ $0.isLetter || $0.isDecimalDigit }) { return "UNIQUE of \(part.count)" }
        return "TEXT"
    }

    /// The category of events whose folder a key is in, as far as it may be written: a known one, or one that has the form
    /// of such a name and that no verified digest file has used yet.
    static func category(of key: ObjectKey) -> String {
        let components = key.components
        guard let index = key.categoryFolder, index > 0, components[index - 1].isAccount else { return "other" }
        let name = components[index]
        let isPlain = name.count <= mostNameBytes && name.allSatisfy { $0.isLetter || $0 == UInt8(ascii: "-") }
        return isPlain ? String(decoding: name, as: UTF8.self) : "other"
    }

    /// The time in the name of a log file of any category.
    static func time(inNameOf key: ObjectKey) -> Timestamp? {
        let parts = key.lastComponent.split(
            separator: UInt8(ascii: "_"),
            maxSplits: 4,
            omittingEmptySubsequences: false
        )
        guard parts.count >= 5, parts[0].isAccount, parts[1].starts(with: "CloudTrail".utf8) else { return nil }
        return Timestamp(compactUTF8: Array(parts[3]).span, seconds: false)
    }

    /// The longest name from an archive that is written, in bytes.
    static let mostNameBytes = 64
}
