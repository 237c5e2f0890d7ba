import Adversary
import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop

/// An archive in memory that an input's mutations are done to.
struct MutatedArchive: Sendable {
    struct Path: Hashable, Comparable, Sendable {
        let root: Int
        let path: ObjectKey

        static func < (lhs: Path, rhs: Path) -> Bool { (lhs.root, lhs.path) < (rhs.root, rhs.path) }
    }

    let delivered: DeliveredArchive
    var files: [Path: [UInt8]] = [:]
    /// Files that fail to open.
    var unreadable: Set<Path> = []
    var manifest: [[UInt8]]
    /// Whether the whole time of the archive is asked for.
    var asksForAll = false
    var jobs = 1

    init(_ delivered: DeliveredArchive) {
        self.delivered = delivered
        for (key, object) in delivered.objects { files[Path(root: 0, path: key)] = object.stored }
        manifest = delivered.manifest
    }

    /// The most mutations that are done.
    private static let maximumMutations = 24
    /// The largest file and the most files that mutations make.
    private static let maximumBytes = 1 << 16
    private static let maximumFiles = 48

    /// Does what `input` says.
    mutating func mutate(_ input: inout FuzzInput) throws {
        let flags = input.byte()
        asksForAll = flags & 1 != 0
        if flags & 2 != 0 { manifest = [] }
        jobs = flags & 4 != 0 ? 2 : 1
        var count = 0
        while !input.isAtEnd, count < Self.maximumMutations {
            try mutateOnce(&input)
            count += 1
        }
    }

    private mutating func mutateOnce(_ input: inout FuzzInput) throws {
        let action = input.byte() % 16
        let paths = files.keys.sorted()
        guard !paths.isEmpty else { return }
        let path = paths[input.number(below: paths.count)]
        guard let stored = files[path] else { return }
        switch action {
        case 0...2:
            files[path] = edited(stored, &input)
        case 3...6:
            files[path] = try recompressed(edited(try Stored(stored).content, &input))
        case 7:
            // A text that a forger would take from elsewhere.
            files[path] = try recompressed(replaced(try Stored(stored).content, &input))
        case 8:
            let other = paths[input.number(below: paths.count)]
            files[path] = files[other]
            files[other] = stored
        case 9:
            files[path] = nil
            unreadable.remove(path)
            files[renamed(path, &input)] = stored
        case 10:
            guard files.count < Self.maximumFiles else { return }
            files[renamed(path, &input)] = stored
        case 11:
            files[path] = nil
        case 12:
            files[path] = nil
            let name = path.path.hasSuffix(".gz") ? ObjectKey(bytes: path.path.bytes.dropLast(3)) : path.path
            files[Path(root: path.root, path: name)] = try Stored(stored).content
        case 13:
            files[path] = try recompressed(try Stored(stored).content, level: input.number(below: 10))
        case 14:
            mutateManifest(&input)
        default:
            unreadable.insert(path)
        }
    }

    private func recompressed(_ content: [UInt8], level: Int = 6) throws -> [UInt8] {
        var deflater = try GzipDeflater(level: level)
        return try deflater.compress(content)
    }

    /// Changes, inserts, deletes or cuts off bytes.
    private func edited(_ bytes: [UInt8], _ input: inout FuzzInput) -> [UInt8] {
        var bytes = bytes
        let kind = input.byte() % 5
        let position = input.number(below: bytes.count)
        switch kind {
        case 0:
            if !bytes.isEmpty { bytes[position] = input.byte() }
        case 1:
            if !bytes.isEmpty { bytes[position] ^= 1 << (input.byte() % 8) }
        case 2:
            guard bytes.count < Self.maximumBytes else { return bytes }
            bytes.insert(contentsOf: input.take(Int(input.byte() % 32)), at: position)
        case 3:
            bytes.removeSubrange(position..<min(bytes.count, position + 1 + Int(input.byte())))
        default:
            bytes.removeSubrange(position...)
        }
        return bytes
    }

    /// Puts a text of a digest file in the place of one that stands between quotes.
    private func replaced(_ content: [UInt8], _ input: inout FuzzInput) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        var parts = content.split(separator: quote, omittingEmptySubsequences: false).map { Array($0) }
        guard parts.count < 1000 else { return content }
        let number = input.number(below: parts.count)
        let texts = delivered.texts
        parts[number] = texts[input.number(below: texts.count)]
        return Array(parts.joined(separator: [quote]))
    }

    /// Another place: a delivered object's, one made of the same folders, or any.
    private func renamed(_ path: Path, _ input: inout FuzzInput) -> Path {
        var bytes = path.path.bytes
        let kind = input.byte() % 9
        var root = path.root
        switch kind {
        case 0:
            bytes = delivered.keys[input.number(below: delivered.keys.count)].bytes
        case 1:
            bytes = edited(bytes, &input)
        case 2:
            bytes = Array("copy/".utf8) + bytes
        case 3:
            bytes = Array("A/".utf8) + bytes
        case 4:
            bytes = Array(path.path.lastComponent)
        case 5:
            root = 1 - root
        case 6:
            if path.path.hasSuffix(".gz") { bytes.removeLast(3) } else { bytes += Array(".gz".utf8) }
        case 7:
            bytes += Array(".metadata.json".utf8)
        default:
            let other = delivered.keys[input.number(below: delivered.keys.count)]
            bytes = Array(other.folder) + Array(path.path.lastComponent)
        }
        return Path(root: root, path: ObjectKey(bytes: bytes).collapsed)
    }

    private mutating func mutateManifest(_ input: inout FuzzInput) {
        guard !manifest.isEmpty else { return }
        let number = input.number(below: manifest.count)
        switch input.byte() % 4 {
        case 0:
            manifest.remove(at: number)
        case 1:
            manifest[number] = edited(manifest[number], &input)
        case 2:
            // The signature of one, said to be another's.
            let texts = delivered.texts
            let parts = manifest[number].split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
            var changed = parts.map { Array($0) }
            changed[input.number(below: parts.count)] = texts[input.number(below: texts.count)]
            manifest[number] = Array(changed.joined(separator: [UInt8(ascii: "\"")]))
        default:
            manifest.append(manifest[number])
        }
    }
}

extension MutatedArchive {
    /// The sources a validator reads.
    var sources: [any ObjectSource] {
        let roots = files.keys.contains { $0.root == 1 } ? 2 : 1
        return (0..<roots).map { root in
            var archive = MemoryArchive(name: "root\(root)")
            for (path, content) in files where path.root == root { archive.files[path.path] = content }
            for path in unreadable where path.root == root {
                archive.failures[path.path] = ObjectReadError(.permission, "permission denied")
            }
            return archive
        }
    }

    /// What a report calls a file.
    static func displayPath(_ path: Path) -> ObjectKey {
        ObjectKey(bytes: Array("root\(path.root)/".utf8) + path.path.bytes)
    }
}
