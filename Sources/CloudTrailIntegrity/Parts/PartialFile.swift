package import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// What a worker hands over: what a part came to, sealed, with the plan and the part that it is of.
///
/// A seal is a SHA-256, which shows that a file is cut or damaged; with a key it is an HMAC, which shows that somebody without
/// the key wrote it.
package struct PartialFile: Sendable {
    /// The hash of the plan.
    package let plan: SHA256Digest
    /// The number of the part.
    package let number: Int
    package let result: PartialResult

    package init(plan: SHA256Digest, number: Int, _ result: PartialResult) {
        self.plan = plan
        self.number = number
        self.result = result
    }

    /// What its bytes begin with; a version for each form.
    private static let title = Array("cloudtrail-integrity partial 1\n".utf8)

    private enum Seal: UInt8 {
        case hash = 0
        case code = 1
    }

    /// Its bytes.
    ///
    /// - Parameter key: What it is sealed with; `nil` for a hash alone.
    package func serialized(key: [UInt8]?) throws -> [UInt8] {
        var writer = StateWriter()
        writer.add(raw: Self.title)
        writer.add(plan)
        writer.add(number)
        writer.add(optional: result.part)
        writer.add(all: result.votes.roots.sorted())
        writer.add(result.votes.prefixes)
        writer.add(map: result.digestsOfCuts)
        writer.add(all: result.replacedRoots.sorted())
        writer.add(all: result.unshared.sorted())
        writer.add(result.carried != nil)
        if let carried = result.carried {
            writer.add(carried.digests)
            writer.add(carried.logs)
        }
        writer.add(result.state != nil)
        if let state = result.state { writer.add(text: try state.serialized()) }
        writer.add(raw: [(key == nil ? Seal.hash : .code).rawValue])
        return writer.bytes + (try Self.seal(of: writer.bytes, key))
    }

    private static func seal(of bytes: [UInt8], _ key: [UInt8]?) throws -> [UInt8] {
        try key.map { try HMACSHA256.code(of: bytes, key: $0) } ?? SHA256Digest.of(bytes).bytes
    }

    /// Reads what ``serialized(key:)`` wrote.
    ///
    /// - Throws: ``PartialFileError`` when the bytes are not that, or were not sealed with this key.
    package init(reading bytes: [UInt8], key: [UInt8]?) throws {
        guard bytes.starts(with: Self.title) else { throw PartialFileError.notAPartial(isEmpty: bytes.isEmpty) }
        let (content, seal) = (bytes.dropLast(SHA256Digest.byteCount), bytes.suffix(SHA256Digest.byteCount))
        guard content.count > Self.title.count, let form = content.last.flatMap(Seal.init) else {
            throw PartialFileError.damaged
        }
        // What is sealed without a key is refused where one is asked for.
        switch (form, key) {
        case (.hash, .some): throw PartialFileError.withoutKey
        case (.code, nil): throw PartialFileError.keyMissing
        case (.hash, nil), (.code, .some):
            guard try HMACSHA256.areEqual(Self.seal(of: Array(content), key), seal) else {
                throw key == nil ? PartialFileError.damaged : .otherKey
            }
        }
        var reader = StateReader(content.dropFirst(Self.title.count).dropLast())
        do {
            plan = try reader.digest()
            number = try reader.size()
            var result = PartialResult(part: try reader.optional())
            result.votes.roots = Set(try reader.all(Int.self))
            result.votes.prefixes = try reader.value()
            result.digestsOfCuts = try reader.map()
            result.replacedRoots = Set(try reader.all(Int.self))
            result.unshared = Set(try reader.all(ArchivePart.self))
            if try reader.flag() {
                result.carried = ValidationReport.Carried(digests: try reader.size(), logs: try reader.size())
            }
            if try reader.flag() { result.state = try ProvenState(reading: Array(try reader.text())) }
            self.result = result
        } catch is StateError {
            throw PartialFileError.damaged
        }
        guard reader.isAtEnd else { throw PartialFileError.damaged }
    }

    /// Whether all that it names by a number is there.
    package func isSound(_ plan: WorkPlan, rootCount: Int, _ validator: Validator) -> Bool {
        let limit = validator.options.findingsPerFolder
        return plan.parts.indices.contains(number)
            && (result.votes.roots.union(result.replacedRoots)).allSatisfy { $0 < rootCount }
            && result.part?.isSound(rootCount: rootCount, limit: limit, files: validator.signatures.files.count)
                != false
    }
}

/// Why a file is not a partial, or not one that can be taken.
package enum PartialFileError: Error, Hashable, CustomStringConvertible {
    case notAPartial(isEmpty: Bool)
    case damaged
    /// It was sealed without a key, and one is asked for.
    case withoutKey
    /// It was sealed with a key, and none is given.
    case keyMissing
    /// It was changed, or sealed with another key.
    case otherKey

    package var description: String {
        switch self {
        case .notAPartial(isEmpty: true): "it is empty"
        case .notAPartial(isEmpty: false): "it is not a partial that this version of the tool writes"
        case .damaged: "it is damaged: cut, or not what was written"
        case .withoutKey: "it was written without '--partial-key': whoever can write there may have written it"
        case .keyMissing: "it was written with '--partial-key': give the same key"
        case .otherKey: "it was changed, or written with another '--partial-key'"
        }
    }
}
