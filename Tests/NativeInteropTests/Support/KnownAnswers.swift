import Foundation
import Testing

/// Known answers, kept as data in the repository's `TestVectors`; see the README there for where each is from.
enum KnownAnswers {
    /// The repository: the folder above this file that holds the manifest.
    static let repository: URL = {
        var folder = URL(filePath: #filePath).deletingLastPathComponent()
        func isRepository() -> Bool {
            FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path)
        }
        while folder.path != "/", !isRepository() { folder.deleteLastPathComponent() }
        return folder
    }()

    /// Decodes a file of `TestVectors`.
    static func load<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        let file = repository.appending(path: "TestVectors").appending(path: name)
        return try JSONDecoder().decode(type, from: Data(contentsOf: file))
    }
}

/// A published message and its hash.
struct HashVector: Decodable, Sendable, CustomTestStringConvertible {
    struct Message: Decodable {
        let hex: String?
        let text: String?
        let `repeat`: Int?
    }

    let name: String
    let message: Message
    let digest: String

    var testDescription: String { name }

    /// The message's bytes.
    var bytes: [UInt8] {
        get throws {
            var bytes = try message.hex.map { try #require([UInt8](hexadecimal: $0)) } ?? []
            bytes += Array((message.text ?? "").utf8)
            // Doubled, and not joined piece by piece: a million pieces take a debug build a second.
            let count = bytes.count * (message.repeat ?? 1)
            while bytes.count < count { bytes += bytes.prefix(count - bytes.count) }
            return bytes
        }
    }

    private struct File: Decodable {
        let vectors: [HashVector]
    }

    /// The vectors of a file; a test over none of them would pass, so there is one at least.
    static func load(_ name: String) throws -> [HashVector] {
        let vectors = try KnownAnswers.load(name, as: File.self).vectors
        try #require(!vectors.isEmpty)
        return vectors
    }
}

/// The keys and signatures of `TestVectors/rsa.json`.
struct RSAVectors: Decodable, Sendable {
    struct Key: Decodable, Sendable {
        let name: String
        let bits: Int
        let pkcs1: String
        let spki: String
    }

    struct OtherKey: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let der: String

        var testDescription: String { name }
    }

    struct Signature: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let key: String
        let valid: Bool
        let message: String
        let signature: String

        var testDescription: String { "\(name) (\(valid ? "valid" : "invalid"))" }
    }

    let keys: [Key]
    let otherKeys: [OtherKey]
    let signatures: [Signature]

    static func load() throws -> RSAVectors {
        try KnownAnswers.load("rsa.json")
    }

    func key(_ name: String) throws -> Key {
        try #require(keys.first { $0.name == name })
    }

    func signature(_ name: String) throws -> Signature {
        try #require(signatures.first { $0.name == name })
    }
}
