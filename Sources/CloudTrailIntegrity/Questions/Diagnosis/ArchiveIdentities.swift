internal import CloudTrailFormat

/// Words that identify whose an archive is, so that no name that is made of them is written.
struct ArchiveIdentities {
    /// The fewest letters of a word that tells something.
    private static let fewestLetters = 4
    /// The most words that are kept.
    private static let mostWords = 10_000
    /// What buckets, prefixes and trails are called everywhere.
    private static let common: Set<String> = [
        "audit", "bucket", "central", "cloudtrail", "default", "digest", "east", "event", "events", "logging", "logs",
        "management", "north", "organization", "security", "south", "trail", "trails", "west",
    ]

    private var texts: Set<[UInt8]> = []
    private var words: Set<[UInt8]> = []

    /// Adds the words of a text.
    mutating func add(_ text: some Collection<UInt8>) {
        let text = Array(text)
        guard texts.count < Self.mostWords, texts.insert(text).inserted else { return }
        let letters = text.map(\.lowerCased)
        for word in letters.split(whereSeparator: { !$0.isLowerCase }) { add(word: Array(word)) }
        add(word: letters.filter(\.isLowerCase))
    }

    /// Adds what stands before `AWSLogs` in a key or a path.
    mutating func add(prefixOf key: ObjectKey) {
        guard let start = key.awsLogsStarts.first, start > 0 else { return }
        add(key.bytes[..<start])
    }

    private mutating func add(word: [UInt8]) {
        guard word.count >= Self.fewestLetters, !Self.common.contains(String(decoding: word, as: UTF8.self)) else {
            return
        }
        words.insert(word)
    }

    /// Whether a name is made of one of the words, or is a part of one.
    func resemble(_ name: String) -> Bool {
        let name = name.utf8.map(\.lowerCased).filter(\.isLowerCase)
        return words.contains { word in
            Self.contains(name, word) || name.count >= Self.fewestLetters && Self.contains(word, name)
        }
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0...text.count - part.count).contains { text[$0..<$0 + part.count].elementsEqual(part) }
    }
}
