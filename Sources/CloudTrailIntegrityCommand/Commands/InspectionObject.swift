internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import CloudTrailRules
internal import NativeInterop

/// What `inspect --format json` writes of one digest file: an object on a line.
struct InspectionObject {
    private let inspection: DigestInspection
    private let hasKeys: Bool
    private let listsLogs: Bool

    init(_ inspection: DigestInspection, hasKeys: Bool, listsLogs: Bool) {
        self.inspection = inspection
        self.hasKeys = hasKeys
        self.listsLogs = listsLogs
    }

    /// The object of a file that could not be read.
    static func unreadable(_ path: ByteString, _ error: ObjectReadError) -> String {
        var object = begin(path)
        object.add("verdict", "unreadable")
        object.add("kind", nil as String?)
        object.add("message", "could not be read: \(error.description)")
        return object.closed
    }

    private static func begin(_ path: ByteString) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("record", "inspect")
        object.add("path", path.description)
        if path.text == nil { object.add("pathBytes", Hex.encode(path.bytes)) }
        return object
    }

    var text: String {
        var object = Self.begin(inspection.path)
        object.add("verdict", verdict)
        object.add("kind", inspection.kind.flatMap { isUnasked ? nil : $0.rawValue })
        object.add("message", InspectionWords.verdict(inspection, hasKeys: hasKeys))
        object.add("advice", InspectionWords.advice(inspection, hasKeys: hasKeys))
        object.add("compressed", inspection.isCompressed)
        object.add("bytes", Int64(clamping: inspection.contentBytes))
        object.add("sha256", inspection.hash.map { Hex.encode($0.bytes) })
        object.add("bucket", inspection.file?.location.bucket)
        object.add("key", inspection.file?.location.key.description)
        object.add("start", inspection.file?.startTime.description)
        object.add("end", inspection.file?.endTime.description)
        object.add("fields", objects: inspection.fields.map(Self.object))
        object.add("stringToSign", inspection.stringToSign.map { String(decoding: $0, as: UTF8.self) })
        object.add("stringToSignSHA256", inspection.messageHash.map { Hex.encode($0.bytes) })
        object.add("fingerprint", inspection.file?.fingerprint)
        object.add("publicKey", object: inspection.key.map(Self.object))
        object.add("signatures", objects: inspection.signatures.map(Self.object))
        object.add("before", object: before)
        object.add("after", objects: inspection.successors.map(Self.object))
        object.add("logFiles", inspection.file.map { Int64($0.logFiles.count) })
        if listsLogs, let logs = inspection.file?.logFiles {
            object.add("logs", objects: logs.indices.map { Self.object(logs[$0]) })
        }
        return object.closed
    }

    /// Whether no key was given, so that nothing could be tried.
    private var isUnasked: Bool { !hasKeys && inspection.kind == .digestKeyUnknown }

    private var verdict: String? {
        if isUnasked { return nil }
        return inspection.kind.map { $0.severity == .violation ? "violation" : "unverified" } ?? "valid"
    }

    private static func object(_ field: DigestField) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("name", field.name)
        let (state, value): (String, String?) =
            switch field.value {
            case .text(let text): ("text", text)
            case .null: ("null", nil)
            case .missing: ("missing", nil)
            case .other: ("other", nil)
            }
        object.add("state", state)
        object.add("value", value)
        return object
    }

    private static func object(_ key: PublicKey) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("fingerprint", key.fingerprint)
        object.add("bits", Int64(key.bits))
        object.add("validFrom", key.validFrom?.description)
        object.add("validUntil", key.validUntil?.description)
        return object
    }

    private static func object(_ signature: DigestInspection.Signature) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("source", signature.source)
        object.add("path", signature.path)
        object.add("algorithm", signature.algorithm)
        object.add("verifies", signature.verifies)
        object.add("signature", signature.text)
        return object
    }

    private static func object(_ successor: DigestInspection.Successor) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("bucket", successor.location.bucket)
        object.add("key", successor.location.key.description)
        object.add("path", successor.path)
        object.add("verified", successor.isVerified)
        object.add("hashMatches", successor.hasHash)
        object.add("signatureVerifies", successor.verifies)
        return object
    }

    private static func object(_ log: LogFileReference) -> JSONObjectText {
        var object = JSONObjectText()
        object.add("bucket", log.location.bucket)
        object.add("key", log.location.key.description)
        object.add("sha256", Hex.encode(log.hash.bytes))
        return object
    }

    /// The digest file before; `nil` where none is named.
    private var before: JSONObjectText? {
        let location: ObjectLocation
        var state = "held"
        var path: ObjectKey?
        var hashMatches: Bool?
        var verifies: Bool?
        switch inspection.predecessor {
        case .unknown, .none: return nil
        case .notHeld(let named): (location, state) = (named, "not-held")
        case .unreadable(let named, let found, _): (location, state, path) = (named, "unreadable", found)
        case .held(let named, let found, let hasHash, let signature):
            (location, path, hashMatches, verifies) = (named, found, hasHash, signature)
        }
        var object = JSONObjectText()
        object.add("state", state)
        object.add("bucket", location.bucket)
        object.add("key", location.key.description)
        object.add("path", path)
        object.add("hashMatches", hashMatches)
        object.add("signatureVerifies", verifies)
        return object
    }
}

extension JSONObjectText {
    /// A path, and all its bytes where they are not UTF-8.
    fileprivate mutating func add(_ name: String, _ path: ObjectKey?) {
        add(name, path?.description)
        if let path, !path.isUTF8 { add("\(name)Bytes", Hex.encode(path.bytes)) }
    }
}
