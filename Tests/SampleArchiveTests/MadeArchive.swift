import Foundation
import NativeInterop
import SampleArchive
import Testing

/// A sample archive in memory, and what the tests ask of it.
struct MadeArchive {
    private(set) var objects: [String: SampleObject] = [:]
    private(set) var signatures: [String: SampleSignature] = [:]
    let summary: SampleSummary

    init(_ options: SampleOptions) throws {
        var objects: [String: SampleObject] = [:]
        var signatures: [String: SampleSignature] = [:]
        summary = try SampleArchive.generate(options) { signature in
            #expect(signatures.updateValue(signature, forKey: signature.key) == nil, "one signature a digest file")
        } object: { object in
            #expect(objects.updateValue(object, forKey: object.key) == nil, "one object a key")
        }
        self.objects = objects
        self.signatures = signatures
    }

    var digestKeys: [String] { objects.values.filter { $0.kind == .digest }.map(\.key).sorted() }
    var logKeys: [String] { objects.values.filter { $0.kind == .log }.map(\.key).sorted() }

    func object(_ key: String) throws -> SampleObject {
        try #require(objects[key])
    }

    func digest(_ key: String) throws -> ReadDigest {
        try ReadDigest(try object(key))
    }

    /// Whether the manifest's signature of the digest file under `key` is one of its content.
    func verifies(_ key: String) throws -> Bool {
        let digest = try digest(key)
        let signature = try #require(signatures[key]?.signature)
        return try digest.verifies(signature: signature, keys: summary.keys)
    }

    /// The keys of what is only here, only in `other`, or different.
    func differences(from other: MadeArchive) -> (added: Set<String>, removed: Set<String>, changed: Set<String>) {
        let (mine, theirs) = (Set(objects.keys), Set(other.objects.keys))
        return (
            mine.subtracting(theirs), theirs.subtracting(mine),
            mine.intersection(theirs).filter { objects[$0]?.content != other.objects[$0]?.content }
        )
    }
}

extension SampleSignature {
    var signature: String? { metadata.first { $0.name == "signature" }?.value }
}
