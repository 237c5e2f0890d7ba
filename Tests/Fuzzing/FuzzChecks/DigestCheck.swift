import CloudTrailIntegrity
import FoundationEssentials
import NativeInterop

/// A digest file's content. Whatever our reader accepts, another reader accepts too and reads the same from it.
func checkDigest(_ bytes: [UInt8]) throws {
    let limits = Limits()
    let value = JSONValue(reading: bytes, maximumDepth: limits.jsonDepth)
    if let value {
        try compareWithFoundation(bytes, value)
    }
    let file: DigestFile
    do throws(DigestFileError) {
        file = try DigestFile(parsing: bytes, limits: limits)
    } catch {
        return
    }
    guard case .object(let members) = value else { throw FuzzFailure("a digest file that is no JSON object") }
    func text(_ name: String) -> String? {
        if case .string(let text) = members[name] { text } else { nil }
    }
    try require(text("digestEndTime") == file.endTimeText, "another digestEndTime")
    try require(text("digestS3Bucket") == file.location.bucket, "another digestS3Bucket")
    try require(text("digestS3Object").map { ObjectKey($0) } == file.location.key, "another digestS3Object")
    try require(text("digestPublicKeyFingerprint")?.lowercased() == file.fingerprint, "another fingerprint")
    try require(text("previousDigestSignature") == file.previousSignature, "another previousDigestSignature")
    var entries = 0
    if case .array(let elements) = members["logFiles"] { entries = elements.count }
    try require(
        file.logFiles.count == entries || file.logFiles.count < entries && file.problem != nil,
        "\(file.logFiles.count) of \(entries) log files, and no problem"
    )
    let lines = file.stringToSign(hash: try SHA256Digest.of(bytes)).split(
        separator: UInt8(ascii: "\n"),
        omittingEmptySubsequences: false
    )
    try require(lines.count >= 4, "a string to sign of \(lines.count) lines")
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
    case object([String: JSONValue])
    case array([JSONValue])
    case string(String)
    /// As it is written.
    case number(String)
    case bool(Bool)
    case null

    /// Reads all of `bytes` with our reader; `nil` when it refuses.
    init?(reading bytes: [UInt8], maximumDepth: Int) {
        var reader = JSONReader(bytes, maximumDepth: maximumDepth)
        do throws(JSONError) {
            self = try Self.read(&reader)
            try reader.expectEnd()
        } catch {
            return nil
        }
        var skipping = JSONReader(bytes, maximumDepth: maximumDepth)
        do throws(JSONError) {
            try skipping.skipValue()
            try skipping.expectEnd()
        } catch {
            fatalError("what can be read cannot be skipped: \(error)")
        }
    }

    private static func read(_ reader: inout JSONReader) throws(JSONError) -> JSONValue {
        switch try reader.kind() {
        case .object:
            var members: [String: JSONValue] = [:]
            try reader.readObject { (reader, name) throws(JSONError) in members[name] = try read(&reader) }
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

    /// Whether it has no number that is JSON but not to Foundation: one too large or too small for a Double, and `0e4`.
    var isForFoundation: Bool {
        switch self {
        case .object(let members): members.values.allSatisfy(\.isForFoundation)
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
            var values: [String: JSONValue] = [:]
            for name in members.allKeys {
                values[name.stringValue] = try members.decode(ForeignValue.self, forKey: name).value
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
