/// What CloudTrail writes into the S3 user metadata of a digest file.
public struct SignatureMetadata: Hashable, Sendable {
    /// `signature`: hex, as written.
    public let signature: String
    /// `signature-algorithm`, `SHA256withRSA` where CloudTrail wrote it; `nil` when it was not kept.
    public let algorithm: String?
    /// `backfill-generation-timestamp`: when a backfill digest was made; `nil` on regular digests.
    public let backfillGenerationTime: Timestamp?

    /// The metadata with these values.
    public init(signature: String, algorithm: String? = nil, backfillGenerationTime: Timestamp? = nil) {
        self.signature = signature
        self.algorithm = algorithm
        self.backfillGenerationTime = backfillGenerationTime
    }

    /// Reads S3 user metadata, names in any case, with or without `x-amz-meta-`; `nil` when it holds no signature.
    public init?(userMetadata: [String: String]) {
        var values: [String: String] = [:]
        for (name, value) in userMetadata {
            if let plain = Self.plainName(name) { values[plain] = value }
        }
        self.init { values[$0] }
    }

    /// The name as CloudTrail gave it; `nil` when it is none of its names.
    private static func plainName(_ name: String) -> String? {
        let lowered = name.lowercased()
        let prefix = "x-amz-meta-"
        let plain = lowered.hasPrefix(prefix) ? String(lowered.dropFirst(prefix.count)) : lowered
        return names.contains(plain) ? plain : nil
    }

    /// The names of the three, as S3 user metadata has them.
    package static let names = ["signature", "signature-algorithm", "backfill-generation-timestamp"]

    /// The longest value that is read, in bytes: an RSA-8192 signature in hex has 2,048.
    package static let maximumValueBytes = 4096

    /// Reads the three through `value`; `nil` when there is no signature.
    package init?(_ value: (String) -> String?) {
        self.init(Self.names, value)
    }

    private init?(_ names: [String], _ value: (String) -> String?) {
        guard let signature = value(names[0]), !signature.isEmpty else { return nil }
        self.signature = signature
        algorithm = value(names[1])
        backfillGenerationTime = value(names[2]).flatMap { Timestamp($0) }
    }

    /// The names of the extended attributes that hold the three.
    package static let attributes = names.map { "user.\($0)" }

    /// Reads the three from extended attributes of these names; `nil` when there is no signature.
    package init?(extendedAttributes value: (String) -> [UInt8]?) {
        self.init(Self.attributes) { value($0).flatMap { String(validating: $0, as: UTF8.self) } }
    }

    /// Reads a JSON object of user metadata, names in any case, with or without `x-amz-meta-`; `nil` when it holds no
    /// signature.
    package static func read(_ reader: inout JSONReader) throws(JSONError) -> SignatureMetadata? {
        guard try reader.kind() == .object else {
            try reader.skipValue()
            return nil
        }
        var values: [String: String] = [:]
        try reader.readObject { (reader, name) throws(JSONError) in
            guard try reader.kind() == .string else { return try reader.skipValue() }
            let value = try reader.readString()
            if let plain = plainName(reader.string(name)) { values[plain] = value }
        }
        return SignatureMetadata { values[$0] }
    }

    private enum AnswerName: String, CodingKey, CaseIterable {
        case metadata = "Metadata"
        // What boto3 adds of the call.
        case responseMetadata = "ResponseMetadata"
    }

    private static let answerNames = JSONNames<AnswerName>()

    /// Reads an answer of `aws s3api head-object`, saved beside its digest as `<digest file>.metadata.json`.
    ///
    /// An answer has no list in it, and no object but these two: a file of events that has `Metadata` too is not an answer.
    ///
    /// - Throws: ``HeadObjectFault`` when it is no such answer or holds no signature.
    package init(headObjectAnswer bytes: [UInt8]) throws(HeadObjectFault) {
        let text = InputText.utf8(bytes)
        if text.allSatisfy(JSONLines.isSpace) { throw .empty }
        var reader = JSONReader(text, maximumDepth: 32)
        var found: SignatureMetadata?
        var hasMetadata = false
        var hasOther = false
        do throws(JSONError) {
            guard try reader.kind() == .object else { throw JSONError(reason: .unexpectedByte, offset: 0) }
            try reader.readObject(Self.answerNames) { (reader, name) throws(JSONError) in
                switch name {
                case .metadata:
                    hasMetadata = true
                    found = try Self.read(&reader)
                case .responseMetadata: try reader.skipValue()
                case nil:
                    let kind = try reader.kind()
                    if kind == .array || kind == .object { hasOther = true }
                    try reader.skipValue()
                }
            }
            try reader.expectEnd()
        } catch {
            throw .malformed(error)
        }
        if hasOther { throw .otherContent }
        guard let found else { throw hasMetadata ? .noSignature : .noMetadata }
        self = found
    }
}

/// Why a file is not an answer of `head-object` that holds a signature.
package enum HeadObjectFault: Error, Hashable, Sendable {
    case empty
    /// It is not a JSON object.
    case malformed(JSONError)
    /// It has a list or an object that no answer has.
    case otherContent
    /// It has no member `Metadata`.
    case noMetadata
    /// No signature is among the metadata.
    case noSignature
}
