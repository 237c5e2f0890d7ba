extension DigestFile {
    private enum ListName: String, CodingKey, CaseIterable {
        case logFiles
    }

    private enum MemberName: String, CodingKey, CaseIterable {
        case s3Bucket, s3Object, hashValue
    }

    private static let listNames = JSONNames<ListName>()
    private static let memberNames = JSONNames<MemberName>()

    /// The entry of a log file in the list of a digest file, from its first brace to its last, as it is written there.
    ///
    /// - Parameters:
    ///   - location: What the log file was delivered as.
    ///   - hash: The SHA-256 that the entry names.
    ///   - bytes: The digest file's uncompressed bytes.
    /// - Returns: The first such entry; `nil` where there is none, or the bytes are not a digest file's.
    package static func listing(
        of location: ObjectLocation,
        hash: SHA256Digest,
        in bytes: [UInt8],
        limits: Limits
    ) -> ArraySlice<UInt8>? {
        var reader = JSONReader(bytes, maximumDepth: limits.jsonDepth)
        var found: ArraySlice<UInt8>?
        do throws(JSONError) {
            try reader.readObject(listNames) { (reader, name) throws(JSONError) in
                guard name != nil, try reader.kind() == .array else { return try reader.skipValue() }
                try reader.readArray { (reader) throws(JSONError) in
                    let kind = try reader.kind()
                    let start = bytes.count - reader.remainingBytes
                    guard kind == .object, found == nil else { return try reader.skipValue() }
                    let isWanted = try Self.isListing(&reader, of: location, hash)
                    if isWanted { found = bytes[start..<bytes.count - reader.remainingBytes] }
                }
            }
            try reader.expectEnd()
        } catch {
            return nil
        }
        return found
    }

    /// Reads an entry, and says whether it is the one that is looked for.
    private static func isListing(
        _ reader: inout JSONReader,
        of location: ObjectLocation,
        _ hash: SHA256Digest
    ) throws(JSONError) -> Bool {
        var bucket: String?
        var key: ObjectKey?
        var value: SHA256Digest?
        try reader.readObject(memberNames) { (reader, name) throws(JSONError) in
            guard let name, try reader.kind() == .string else { return try reader.skipValue() }
            let text = try reader.readText()
            switch name {
            case .s3Bucket: bucket = reader.string(text)
            case .s3Object: key = ObjectKey(bytes: reader.bytes(of: text)).collapsed
            case .hashValue: value = reader.withBytes(of: text) { SHA256Digest(hex: $0) }
            }
        }
        // Empty components may be left out, as downloads leave them out.
        return bucket == location.bucket && key == location.key.collapsed && value == hash
    }
}
