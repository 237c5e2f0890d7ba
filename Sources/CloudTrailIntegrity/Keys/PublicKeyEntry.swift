package import CloudTrailFormat
internal import NativeInterop

/// An entry of a key file, with what is wrong with it.
package struct PublicKeyEntry: Sendable {
    /// Its number in the file, counted from 1.
    package let number: Int
    /// The key; `nil` when ``problem`` says why there is none that could be used.
    package let key: PublicKey?
    /// What keeps it from being used, in one line.
    package let problem: String?
    /// The fingerprint that the file gives it, as written; `nil` when it gives none.
    package let statedFingerprint: String?
    /// The MD5 of the value's bytes, 32 lower-case hex digits; `nil` when there is no value.
    package let fingerprint: String?
    /// The SHA-256 of the value's bytes; `nil` when there is no value.
    package let sha256: SHA256Digest?
    /// The start of the key's validity; `nil` when the file does not say.
    package let validFrom: Timestamp?
    /// The end of the key's validity; `nil` when the file does not say.
    package let validUntil: Timestamp?

    /// The key.
    ///
    /// - Throws: ``PublicKeySetError`` with the number and what is wrong.
    func usableKey() throws(PublicKeySetError) -> PublicKey {
        if let key { return key }
        throw PublicKeySetError(.malformed, "key \(number): \(problem ?? "there is none")")
    }

    /// Reads the entries of a key file: one or more answers of ListPublicKeys.
    ///
    /// - Throws: ``PublicKeySetError`` when the bytes are no such answer.
    package static func read(_ bytes: [UInt8]) throws -> [PublicKeyEntry] {
        var entries: [PublicKeyEntry] = []
        var reader = JSONReader(bytes, maximumDepth: 32)
        do {
            repeat { try readAnswer(&reader, into: &entries) } while !reader.isAtEnd()
        } catch let error as JSONError {
            throw PublicKeySetError(.malformed, escaped(error.description))
        }
        return entries
    }

    // MARK: Reading

    private enum AnswerName: String, CodingKey, CaseIterable {
        case list = "PublicKeyList"
        case listInLowerCase = "publicKeyList"
    }

    private enum KeyName: String, CodingKey, CaseIterable {
        case value = "Value"
        case fingerprint = "Fingerprint"
        case validityStartTime = "ValidityStartTime"
        case validityEndTime = "ValidityEndTime"
    }

    private static let answerNames = JSONNames<AnswerName>()
    private static let keyNames = JSONNames<KeyName>()

    /// One answer: an object with the list, or the bare list.
    private static func readAnswer(_ reader: inout JSONReader, into entries: inout [PublicKeyEntry]) throws {
        if try reader.kind() == .array { return try readList(&reader, into: &entries) }
        var sawList = false
        try reader.readObject(
            answerNames,
            { (reader, name) throws(any Error) in
                guard name != nil else { return try reader.skipValue() }
                sawList = true
                try readList(&reader, into: &entries)
            },
            failure: { $0 }
        )
        guard sawList else {
            throw PublicKeySetError(.malformed, "it has no PublicKeyList: not an answer of ListPublicKeys")
        }
    }

    private static func readList(_ reader: inout JSONReader, into entries: inout [PublicKeyEntry]) throws {
        guard try reader.kind() == .array else { throw PublicKeySetError(.malformed, "PublicKeyList is not a list") }
        try reader.readArray(
            { (reader) throws(any Error) in
                var draft = Draft()
                try draft.read(&reader)
                entries.append(try PublicKeyEntry(draft, number: entries.count + 1))
            },
            failure: { $0 }
        )
    }

    /// The members of an entry, before its value is looked at.
    private struct Draft {
        var value: String?
        var fingerprint: String?
        var validFrom: Timestamp?
        var validUntil: Timestamp?
        /// The first thing that is wrong.
        var problem: String?

        mutating func note(_ text: String) {
            if problem == nil { problem = text }
        }

        mutating func read(_ reader: inout JSONReader) throws(JSONError) {
            guard try reader.kind() == .object else {
                note("not an object")
                return try reader.skipValue()
            }
            try reader.readObject(keyNames) { (reader, name) throws(JSONError) in
                switch name {
                case .value?: value = try readText(&reader, .value)
                case .fingerprint?: fingerprint = try readText(&reader, .fingerprint)
                case .validityStartTime?: validFrom = try readTime(&reader, .validityStartTime)
                case .validityEndTime?: validUntil = try readTime(&reader, .validityEndTime)
                case nil: try reader.skipValue()
                }
            }
            if value == nil { note("Value is missing") }
        }

        private mutating func readText(_ reader: inout JSONReader, _ name: KeyName) throws(JSONError) -> String? {
            if try reader.kind() == .string { return try reader.readString() }
            note("\(name.rawValue) is not a string")
            try reader.skipValue()
            return nil
        }

        private mutating func readTime(_ reader: inout JSONReader, _ name: KeyName) throws(JSONError) -> Timestamp? {
            switch try reader.kind() {
            case .null:
                try reader.readNull()
                return nil
            case .number:
                let text = try reader.readNumber()
                if let time = epochTime(text) { return time }
            case .string:
                let text = try reader.readString()
                if let time = epochTime(text) ?? Timestamp(text) { return time }
            default:
                try reader.skipValue()
            }
            note("\(name.rawValue) is neither seconds since 1970 nor an ISO 8601 time")
            return nil
        }
    }

    private static func epochTime(_ text: String) -> Timestamp? {
        // Double reads hexadecimal too, which no answer holds.
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let seconds = Double(text),
            let whole = Int64(exactly: seconds.rounded(.down))
        else { return nil }
        return Timestamp(secondsSinceEpoch: whole)
    }

    private init(_ draft: Draft, number: Int) throws {
        self.number = number
        statedFingerprint = draft.fingerprint
        validFrom = draft.validFrom
        validUntil = draft.validUntil
        var problem = draft.problem
        let der = draft.value.flatMap { Base64.decode($0) }
        if draft.value != nil, der == nil, problem == nil { problem = "Value is not Base64" }
        sha256 = try der.map { try SHA256Digest.of($0) }
        fingerprint = try der.map { Hex.encode(try MD5.of($0)) }
        var key: PublicKey?
        if let der {
            do throws(PublicKeySetError) {
                key = try PublicKey(der: der, validFrom: draft.validFrom, validUntil: draft.validUntil)
            } catch {
                problem = problem ?? error.description
            }
        }
        if let stated = draft.fingerprint, let fingerprint, stated.lowercased() != fingerprint, problem == nil {
            problem = "the fingerprint \(escaped(stated)) is not the MD5 of its value, which is \(fingerprint)"
        }
        self.key = problem == nil ? key : nil
        self.problem = problem
    }
}
