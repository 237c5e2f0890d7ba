internal import CloudTrailFormat
internal import NativeInterop

extension ProvenState {
    /// What the first line of a state of any version begins with.
    private static let title = "cloudtrail-integrity state "

    /// Reads a state that ``serialized()`` wrote, of this version or of one before.
    ///
    /// - Throws: ``StateError`` when the bytes are not such a state, are one of another version, or were changed.
    public init(reading bytes: [UInt8]) throws {
        guard bytes.starts(with: Self.title.utf8) else {
            throw StateError(
                .damaged,
                bytes.isEmpty ? "it is empty" : "it is not a state of \(Self.title.split(separator: " ")[0])"
            )
        }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let version = String(decoding: line.dropFirst(Self.title.utf8.count).prefix(20), as: UTF8.self)
        switch version {
        case "1": try readVersion1(bytes, from: line.count + 1)
        case "2":
            var sections = try StateSections.Reader(bytes[...])
            (runs, keys) = (sections.runs, sections.keys)
            while try sections.next() != nil {
                if let section = try sections.section() { append(section) }
            }
        default:
            throw StateError(
                .unsupportedVersion,
                "it is of version \(escaped(version)), which this version of the tool does not read"
            )
        }
    }

    /// The state as bytes, with checksums.
    public func serialized() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var writer = try StateSections.Writer(runs: runs, keys: keys, to: &bytes)
        for section in sections { try writer.add(section, to: &bytes) }
        try writer.finish(to: &bytes)
        return bytes
    }
}
