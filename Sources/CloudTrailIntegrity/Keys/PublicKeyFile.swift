internal import CloudTrailFormat
internal import NativeInterop

/// What a key file holds: answers of ListPublicKeys, or parts of them, as they come out of other tools.
package struct PublicKeyFile: Sendable {
    /// The keys, in their order.
    package private(set) var entries: [PublicKeyEntry] = []
    /// Whether an answer says that it is one page of several; what follows it may be in the file too.
    package private(set) var hasNextPage = false

    /// Reads a key file: one or more answers, each an object with the list, the bare list or a bare key, one after another
    /// or in an array, in UTF-8 or in UTF-16 with a byte order mark.
    ///
    /// - Throws: ``PublicKeySetError`` when the bytes are none of these, with what they seem to be.
    package init(reading bytes: [UInt8]) throws {
        let text = InputText.withoutMarks(InputText.utf8(bytes))
        if let reason = Self.notJSON(text) { throw PublicKeySetError(.malformed, reason) }
        var reader = JSONReader(text, maximumDepth: 32)
        do {
            repeat { try read(&reader, isInList: false) } while !reader.isAtEnd()
        } catch let error as JSONError {
            throw PublicKeySetError(.malformed, escaped(error.description))
        }
    }

    /// What a file that is not JSON seems to be, and what to do; `nil` where nothing is known of it.
    private static func notJSON(_ text: [UInt8]) -> String? {
        let start = text.drop(while: JSONLines.isSpace)
        guard let first = start.first else {
            return "it is empty: look for the error of the command that was to write it"
        }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { return nil }
        let line = String(decoding: start.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        func begins(_ text: String) -> Bool { start.starts(with: text.utf8) }
        if begins("An error occurred") || begins("aws: error:") || begins("Unable to locate credentials") {
            return "it holds an error message of the AWS CLI and no keys: \(escaped(shortened(line)))"
        }
        if begins("PublicKeyList:") || begins("publicKeyList:") || begins("- Fingerprint:") || begins("---\n") {
            return "it is YAML: fetch it with --output json"
        }
        if begins("PUBLICKEYLIST\t") { return "it is the AWS CLI's text output: fetch it with --output json" }
        if first == UInt8(ascii: "-") || first == UInt8(ascii: "|") {
            return begins("-----BEGIN")
                ? "it is PEM: an answer of ListPublicKeys is needed, fetched with --output json"
                : "it is a table: fetch it with --output json"
        }
        return nil
    }

    private enum Name: String, CodingKey, CaseIterable {
        case list = "PublicKeyList"
        case listInLowerCase = "publicKeyList"
        case nextToken = "NextToken"
        case value = "Value"
        case fingerprint = "Fingerprint"
        case validityStartTime = "ValidityStartTime"
        case validityEndTime = "ValidityEndTime"
    }

    private static let names = JSONNames<Name>()

    /// Reads an answer, a list or a key.
    private mutating func read(_ reader: inout JSONReader, isInList: Bool) throws {
        switch try reader.kind() {
        case .array: return try readList(&reader)
        case .object: break
        default:
            guard isInList else {
                throw PublicKeySetError(.malformed, "it has no PublicKeyList: not an answer of ListPublicKeys")
            }
            try reader.skipValue()
            return try add(Draft(problem: "not an object"))
        }
        var draft = Draft()
        var isAnswer = false
        try reader.readObject(
            Self.names,
            { (reader, name) throws(any Error) in
                switch name {
                case .list?, .listInLowerCase?:
                    isAnswer = true
                    guard try reader.kind() == .array else {
                        throw PublicKeySetError(.malformed, "PublicKeyList is not a list")
                    }
                    try readList(&reader)
                case .nextToken?:
                    guard try reader.kind() == .string else { return try reader.skipValue() }
                    if try !reader.readString().isEmpty { hasNextPage = true }
                case .value?: draft.value = try draft.readText(&reader, "Value")
                case .fingerprint?: draft.fingerprint = try draft.readText(&reader, "Fingerprint")
                case .validityStartTime?: draft.validFrom = try draft.readTime(&reader, "ValidityStartTime")
                case .validityEndTime?: draft.validUntil = try draft.readTime(&reader, "ValidityEndTime")
                case nil: try reader.skipValue()
                }
            },
            failure: { $0 }
        )
        if isAnswer {
            guard draft.value == nil, draft.fingerprint == nil, draft.problem == nil else {
                throw PublicKeySetError(.malformed, "an object is an answer and a key at once")
            }
            return
        }
        guard isInList || draft.value != nil || draft.fingerprint != nil else {
            throw PublicKeySetError(.malformed, "it has no PublicKeyList: not an answer of ListPublicKeys")
        }
        if draft.value == nil { draft.note("Value is missing") }
        try add(draft)
    }

    private mutating func readList(_ reader: inout JSONReader) throws {
        try reader.readArray(
            { (reader) throws(any Error) in try read(&reader, isInList: true) },
            failure: { $0 }
        )
    }

    private mutating func add(_ draft: Draft) throws {
        entries.append(try PublicKeyEntry(draft, number: entries.count + 1))
    }

    /// The members of a key, before its value is looked at.
    struct Draft {
        var value: String?
        var fingerprint: String?
        var validFrom: Timestamp?
        var validUntil: Timestamp?
        /// The members that are not times.
        var unreadableTimes: [String] = []
        /// The first thing that is wrong.
        var problem: String?

        mutating func note(_ text: String) {
            if problem == nil { problem = text }
        }

        mutating func readText(_ reader: inout JSONReader, _ name: String) throws(JSONError) -> String? {
            if try reader.kind() == .string { return try reader.readString() }
            note("\(name) is not a string")
            try reader.skipValue()
            return nil
        }

        /// Reads a time: seconds since 1970, as a number or a string, or ISO 8601 with a `T` or a blank. It is never needed
        /// to verify anything, so that one that cannot be read is noted alone.
        mutating func readTime(_ reader: inout JSONReader, _ name: String) throws(JSONError) -> Timestamp? {
            switch try reader.kind() {
            case .null:
                try reader.readNull()
                return nil
            case .number:
                let text = try reader.readNumber()
                if let time = Self.epochTime(text) { return time }
            case .string:
                let text = try reader.readString()
                if let time = Self.epochTime(text) ?? Timestamp(Self.withT(text)) { return time }
            default:
                try reader.skipValue()
            }
            unreadableTimes.append(name)
            return nil
        }

        /// The text with a `T` where Python's `str` has a blank.
        private static func withT(_ text: String) -> String {
            var bytes = Array(text.utf8)
            if bytes.count > 10, bytes[10] == UInt8(ascii: " ") { bytes[10] = UInt8(ascii: "T") }
            return String(decoding: bytes, as: UTF8.self)
        }

        private static func epochTime(_ text: String) -> Timestamp? {
            // Double reads hexadecimal too, which no answer holds.
            guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let seconds = Double(text),
                let whole = Int64(exactly: seconds.rounded(.down))
            else { return nil }
            return Timestamp(secondsSinceEpoch: whole)
        }
    }
}
