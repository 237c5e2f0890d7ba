import CloudTrailFormat
import CloudTrailIntegrity
import FoundationEssentials
import NativeInterop

/// A digest file's content. Our reader accepts what a plain one accepts, and nothing else; it reads the same as that and
/// as Foundation; and a digest file is what its members say.
func checkDigest(_ bytes: [UInt8]) throws {
    let limits = Limits()
    let reference = ReferenceJSON.value(
        of: bytes,
        maximumDepth: limits.jsonDepth,
        maximumNames: JSONReader.maximumNames
    )
    let value: JSONValue?
    do throws(JSONError) {
        value = try JSONValue.read(bytes, maximumDepth: limits.jsonDepth)
    } catch {
        value = nil
        try require(reference == nil, "refused: \(error.description)")
        try require(error.offset <= bytes.count, "an error beyond the end")
    }
    if let value {
        guard let reference else { throw FuzzFailure("what is no JSON was accepted") }
        try require(value.isSame(as: reference), "read otherwise: \(value), \(reference)")
        try compareWithFoundation(bytes, value)
    }
    let file: DigestFile
    do throws(DigestFileError) {
        file = try DigestFile(parsing: bytes, limits: limits)
    } catch {
        return
    }
    guard case .object(let members) = reference else { throw FuzzFailure("a digest file that is no JSON object") }
    try ReferenceDigest(members: members).compare(with: file)
    let lines = file.stringToSign(hash: try SHA256Digest.of(bytes)).split(
        separator: UInt8(ascii: "\n"),
        omittingEmptySubsequences: false
    )
    try require(lines.count >= 4, "a string to sign of \(lines.count) lines")
}

/// The members of a digest file, judged without our reader.
private struct ReferenceDigest {
    let members: [[UInt8]: JSONValue]

    private func text(_ name: String) -> String? {
        if case .string(let text) = members[Array(name.utf8)] { text } else { nil }
    }

    private func location(_ bucket: String, _ key: String) -> ObjectLocation? {
        guard let bucket = text(bucket), let key = text(key), !key.isEmpty, key.utf8.count <= Limits().keyBytes,
            (1...255).contains(bucket.utf8.count),
            bucket.unicodeScalars.allSatisfy({ ("!"..."~").contains($0) && $0 != "/" })
        else { return nil }
        return ObjectLocation(bucket: bucket, key: ObjectKey(key))
    }

    /// A location and a hash, where all four texts of them are what they must be.
    private func object(
        bucket: String,
        key: String,
        hash value: String,
        algorithm: String
    ) -> (ObjectLocation, SHA256Digest)? {
        guard let location = location(bucket, key), let hash = hash(value, algorithm) else { return nil }
        return (location, hash)
    }

    private func hash(_ value: String, _ algorithm: String) -> SHA256Digest? {
        guard text(algorithm).map({ Array($0.utf8) }) == Array("SHA-256".utf8), let text = text(value),
            text.utf8.count == 64, text.utf8.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) })
        else { return nil }
        let digits = Array(text)
        return SHA256Digest(stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) })
    }

    func compare(with file: DigestFile) throws(FuzzFailure) {
        func require(_ name: String, _ found: String?) throws(FuzzFailure) {
            let expected = text(name)
            guard expected.map({ Array($0.utf8) }) == found.map({ Array($0.utf8) }) else {
                throw FuzzFailure("another \(name)")
            }
        }
        try require("digestEndTime", file.endTimeText)
        try require("previousDigestSignature", file.previousSignature)
        try require("digestSignatureAlgorithm", file.signatureAlgorithm)
        guard location("digestS3Bucket", "digestS3Object") == file.location else {
            throw FuzzFailure("another location")
        }
        guard text("digestPublicKeyFingerprint")?.lowercased() == file.fingerprint else {
            throw FuzzFailure("another fingerprint")
        }
        for (name, time) in [("digestStartTime", file.startTime), ("digestEndTime", file.endTime)] {
            guard text(name).flatMap({ Timestamp($0) }) == time else { throw FuzzFailure("another \(name)") }
        }
        try comparePrevious(with: file)
        try compareLogFiles(with: file)
    }

    private func comparePrevious(with file: DigestFile) throws(FuzzFailure) {
        let expected =
            text("previousDigestSignature") == nil
            ? nil
            : object(
                bucket: "previousDigestS3Bucket",
                key: "previousDigestS3Object",
                hash: "previousDigestHashValue",
                algorithm: "previousDigestHashAlgorithm"
            )
        guard file.previous?.location == expected?.0, file.previous?.hash == expected?.1 else {
            throw FuzzFailure("another previous digest")
        }
    }

    private func compareLogFiles(with file: DigestFile) throws(FuzzFailure) {
        var elements: [JSONValue] = []
        if case .array(let found) = members[Array("logFiles".utf8)] { elements = found }
        let expected = elements.compactMap { element -> (ObjectLocation, SHA256Digest)? in
            guard case .object(let members) = element else { return nil }
            return ReferenceDigest(members: members).object(
                bucket: "s3Bucket",
                key: "s3Object",
                hash: "hashValue",
                algorithm: "hashAlgorithm"
            )
        }
        guard file.logFiles.count == expected.count,
            zip(file.logFiles, expected).allSatisfy({ $0.location == $1.0 && $0.hash == $1.1 })
        else { throw FuzzFailure("other log files") }
        guard expected.count == elements.count || file.problem != nil else {
            throw FuzzFailure("\(expected.count) of \(elements.count) log files, and no problem")
        }
    }
}

private func compareWithFoundation(_ bytes: [UInt8], _ value: JSONValue) throws(FuzzFailure) {
    guard value.isForFoundation else { return }
    let decoded: ForeignValue
    do {
        decoded = try JSONDecoder().decode(ForeignValue.self, from: Data(bytes))
    } catch {
        throw FuzzFailure("Foundation refuses what was accepted: \(error)")
    }
    try require(decoded.value.isSame(as: value), "Foundation reads something else: \(decoded.value), \(value)")
}

/// A JSON text as a tree.
enum JSONValue {
    /// By the bytes of the names: texts that Unicode calls equivalent are different names.
    case object([[UInt8]: JSONValue])
    case array([JSONValue])
    case string(String)
    /// As it is written.
    case number(String)
    case bool(Bool)
    case null

    /// Reads all of `bytes` with our reader.
    static func read(_ bytes: [UInt8], maximumDepth: Int) throws(JSONError) -> JSONValue {
        var skipping = JSONReader(bytes, maximumDepth: maximumDepth)
        let skippingError: JSONError?
        do throws(JSONError) {
            try skipping.skipValue()
            try skipping.expectEnd()
            skippingError = nil
        } catch {
            skippingError = error
        }
        var reader = JSONReader(bytes, maximumDepth: maximumDepth)
        do throws(JSONError) {
            let value = try read(&reader)
            try reader.expectEnd()
            if let skippingError { fatalError("what can be read cannot be skipped: \(skippingError)") }
            return value
        } catch {
            if error != skippingError { fatalError("what cannot be read can be skipped, or fails otherwise: \(error)") }
            throw error
        }
    }

    private static func read(_ reader: inout JSONReader) throws(JSONError) -> JSONValue {
        switch try reader.kind() {
        case .object:
            var members: [[UInt8]: JSONValue] = [:]
            try reader.readObject { (reader, name) throws(JSONError) in
                members[reader.bytes(of: name)] = try read(&reader)
            }
            return .object(members)
        case .array:
            var elements: [JSONValue] = []
            try reader.readArray { (reader) throws(JSONError) in elements.append(try read(&reader)) }
            return .array(elements)
        case .string: return .string(try reader.readString())
        case .number: return .number(try reader.readNumber())
        case .null:
            try reader.readNull()
            return .null
        case .bool:
            // The reader has no use for the value, so none to hand out.
            try reader.skipValue()
            return .bool(true)
        }
    }

    /// Whether it has no number that is JSON but not to Foundation: one too large or too small for a Double, and `0e4`;
    /// and no two names in an object that Foundation takes for one.
    var isForFoundation: Bool {
        switch self {
        case .object(let members):
            members.values.allSatisfy(\.isForFoundation)
                && Set(members.keys.map { String(decoding: $0, as: UTF8.self) }).count == members.count
        case .array(let elements): elements.allSatisfy(\.isForFoundation)
        case .number(let text): Double(text)?.isNormal ?? false || text.utf8.allSatisfy { "-0.".utf8.contains($0) }
        case .string, .bool, .null: true
        }
    }

    /// Whether the two are the same text, but for how a number is written and for what a Boolean is.
    func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.object(let first), .object(let second)):
            first.count == second.count
                && first.allSatisfy { name, value in second[name].map { value.isSame(as: $0) } ?? false }
        case (.array(let first), .array(let second)):
            first.count == second.count && zip(first, second).allSatisfy { $0.isSame(as: $1) }
        case (.string(let first), .string(let second)): first.utf8.elementsEqual(second.utf8)
        case (.number(let first), .number(let second)): Double(first) == Double(second)
        case (.bool, .bool), (.null, .null): true
        default: false
        }
    }
}

/// A tree as Foundation reads it.
private struct ForeignValue: Decodable {
    let value: JSONValue

    init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: AnyName.self) {
            var values: [[UInt8]: JSONValue] = [:]
            for name in members.allKeys {
                values[Array(name.stringValue.utf8)] = try members.decode(ForeignValue.self, forKey: name).value
            }
            value = .object(values)
            return
        }
        if var elements = try? decoder.unkeyedContainer() {
            var values: [JSONValue] = []
            while !elements.isAtEnd { values.append(try elements.decode(ForeignValue.self).value) }
            value = .array(values)
            return
        }
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            value = .null
        } else if let text = try? single.decode(String.self) {
            value = .string(text)
        } else if (try? single.decode(Bool.self)) != nil {
            value = .bool(true)
        } else {
            value = .number("\(try single.decode(Double.self))")
        }
    }

    private struct AnyName: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
