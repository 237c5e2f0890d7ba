#if ArchiveFiles
internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// One pass over the members of an ``ArchiveFile``, on one thread.
final class ArchiveFileReader {
    private var reader: ArchiveReader?
    /// How many members were come upon; the number of the one that can be read.
    private var number: UInt64 = 0

    /// The longest path of a member, in bytes: a key and what a download may put before it.
    private static let maximumPathBytes = 4096

    /// Begins where `descriptor` stands.
    ///
    /// - Throws: ``ArchiveFileError``, or ``ArchiveFailure``.
    init(_ descriptor: CInt, _ ratio: InflateRatio, _ check: @escaping () throws -> Void) throws {
        var status = stat()
        let isFile = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        let input = try ArchiveInput(descriptor: descriptor, ratio: ratio, check: check)
        if input.isEmpty { throw ArchiveFileError(description: "it is empty") }
        reader = try ArchiveReader.tar(input, ratio: ratio)
        if reader == nil, isFile, input.isStored {
            reader = try ArchiveReader.zip(descriptor, ratio: ratio, check: check)
        }
        if reader == nil {
            let reason =
                switch (input.looksLikeZip, isFile) {
                case (true, true): "a zip archive whose central directory is not at its end: it is cut off or empty"
                case (true, false): "a zip archive cannot be read from a pipe: give it as a file"
                case (false, _): "not a tar or zip archive, or compressed otherwise than with gzip, bzip2, xz or zstd"
                }
            throw ArchiveFileError(description: reason)
        }
    }

    /// Ends it: nothing can be read any more, whoever still holds a member.
    func close() {
        reader = nil
        number += 1
    }

    // MARK: Members

    /// Calls `visit` with every member.
    ///
    /// - Returns: Why a part of the archive was not seen; `nil` when all of it was.
    func visitMembers(_ visit: (ArchiveEntry, (any OpenObject)?) throws -> Void) throws -> ObjectReadError? {
        var hidden: ObjectReadError?
        while true {
            do throws(ArchiveFailure) {
                guard try advance() else { return hidden }
            } catch {
                if case .stopped(let error) = error { throw error }
                return ObjectReadError(error)
            }
            if let reason = try visitMember(visit) { hidden = hidden ?? reason }
        }
    }

    private func advance() throws(ArchiveFailure) -> Bool {
        number += 1
        return try reader?.next() ?? false
    }

    /// Visits the member that was come upon; returns why that could not be done.
    private func visitMember(_ visit: (ArchiveEntry, (any OpenObject)?) throws -> Void) throws -> ObjectReadError? {
        if let (reason, names) = reader?.contradiction { return try visitContradiction(reason, names, visit) }
        let kind = reader?.kind ?? .special
        guard let stored = reader?.path else { return kind == .folder ? nil : Self.namelessMember }
        guard stored.count <= Self.maximumPathBytes else { return kind == .folder ? nil : Self.longPath }
        let path = ObjectKey(bytes: Self.extracted(stored))
        let size = reader?.size ?? 0
        // In tar's oldest form this is how a folder is marked.
        let isFolder = kind == .file && stored.last == UInt8(ascii: "/")
        if kind == .folder || isFolder && size == 0 {
            if path.bytes.isEmpty { return nil }
            try visit(ArchiveEntry(path: ObjectKey(bytes: path.bytes + [UInt8(ascii: "/")]), kind: .file), nil)
            return nil
        }
        if path.bytes.isEmpty { return Self.namelessMember }
        switch kind {
        case .folder: break
        case .symbolicLink: try visit(ArchiveEntry(path: path, kind: .link), nil)
        case .special: try visit(ArchiveEntry(path: path, kind: .special), nil)
        case .file, .hardLink, .unclear:
            var obstacle: ObjectReadError?
            if kind == .hardLink {
                let target = reader?.hardLinkTarget ?? ""
                obstacle = ObjectReadError(
                    .notRegularFile,
                    "a hard link to \(target): its content is stored under that name"
                )
            } else if kind == .unclear || isFolder {
                obstacle = ObjectReadError(
                    .notRegularFile,
                    "neither a plain file nor a plain folder: what it is depends on who extracts it"
                )
            }
            let metadata = ObjectMetadata(storedBytes: obstacle == nil ? size : 0, modified: modified)
            let member = ArchiveMember(self, number: number, metadata: metadata, obstacle: obstacle)
            try visit(ArchiveEntry(path: path, kind: .file), member)
        }
        return nil
    }

    private static let namelessMember = ObjectReadError(.inputOutput, "a member of it has no usable name")
    private static let longPath =
        ObjectReadError(.inputOutput, "a member of it has a path of more than \(maximumPathBytes) bytes")

    /// Visits a member that is another one for others, under every name that it has for anyone: it cannot be read.
    private func visitContradiction(
        _ reason: String,
        _ names: [[UInt8]],
        _ visit: (ArchiveEntry, (any OpenObject)?) throws -> Void
    ) throws -> ObjectReadError? {
        var hidden: ObjectReadError?
        let obstacle = ObjectReadError(.notRegularFile, reason)
        let metadata = ObjectMetadata(storedBytes: 0, modified: nil)
        var paths: Set<ObjectKey> = []
        for name in names {
            let path = ObjectKey(bytes: Self.extracted(name))
            if path.bytes.isEmpty || name.contains(0) {
                hidden = hidden ?? Self.namelessMember
            } else if name.count > Self.maximumPathBytes {
                hidden = hidden ?? Self.longPath
            } else if paths.insert(path).inserted {
                let member = ArchiveMember(self, number: number, metadata: metadata, obstacle: obstacle)
                try visit(ArchiveEntry(path: path, kind: .file), member)
            }
        }
        return hidden
    }

    /// In nanoseconds since 1970.
    private var modified: Int64? {
        reader?.modified.flatMap { FileTime(seconds: $0.seconds, nanoseconds: $0.nanoseconds).nanoseconds }
    }

    /// The path at which tar extracts a member: without what leads to the root, empty components and `.`.
    static func extracted(_ path: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        let dot = UInt8(ascii: ".")
        // Whether a component that is dropped may begin here, or before.
        var isPlain = path.first != slash && path.last != slash
        var previous = slash
        for byte in path {
            if previous == slash, byte == dot || byte == slash { isPlain = false }
            previous = byte
        }
        if isPlain { return path }
        var extracted: [UInt8] = []
        extracted.reserveCapacity(path.count)
        for component in path.split(separator: slash) where component.count > 1 || component.first != dot {
            if !extracted.isEmpty { extracted.append(slash) }
            extracted += component
        }
        return extracted
    }

    // MARK: What a member asks for

    /// Reads on in the member with this number.
    fileprivate func read(_ number: UInt64, into buffer: inout MutableRawSpan) throws -> Int {
        guard number == self.number, reader != nil else {
            throw ObjectReadError(.inputOutput, "the archive went on before it was read")
        }
        do throws(ArchiveFailure) {
            return try reader?.read(into: &buffer) ?? 0
        } catch {
            if case .stopped(let error) = error { throw error }
            throw ObjectReadError(error)
        }
    }

    fileprivate func signatureMetadata(_ number: UInt64) throws -> SignatureMetadata? {
        guard number == self.number, reader != nil else {
            throw ObjectReadError(.inputOutput, "the archive went on before it was read")
        }
        let limit = SignatureMetadata.maximumValueBytes
        let values = reader?.extendedAttributes(SignatureMetadata.attributes, limit: limit) ?? [:]
        return SignatureMetadata(extendedAttributes: { values[$0] })
    }
}

/// A member of an archive file. It can be read until the next is come upon.
private final class ArchiveMember: OpenObject {
    let metadata: ObjectMetadata
    private let pass: ArchiveFileReader
    private let number: UInt64
    private var obstacle: ObjectReadError?

    init(_ pass: ArchiveFileReader, number: UInt64, metadata: ObjectMetadata, obstacle: ObjectReadError?) {
        self.pass = pass
        self.number = number
        self.metadata = metadata
        self.obstacle = obstacle
    }

    var storedBytes: UInt64? { metadata.storedBytes == 0 ? nil : metadata.storedBytes }

    func read(into buffer: inout MutableRawSpan) throws -> Int {
        if let obstacle { throw obstacle }
        do {
            return try pass.read(number, into: &buffer)
        } catch let error as ObjectReadError {
            // What is broken stays so.
            obstacle = error
            throw error
        }
    }

    func signatureMetadata() throws -> SignatureMetadata? {
        try pass.signatureMetadata(number)
    }
}

extension ObjectReadError {
    fileprivate init(_ failure: ArchiveFailure) {
        if case .system(let error) = failure {
            self = .system(error.code)
        } else {
            self.init(.inputOutput, failure.description)
        }
    }
}
#endif
