/// The key of an object in S3, or the path of a file below an archive's root: bytes, compared byte for byte.
///
/// Case is never folded and Unicode is never normalised, because S3 does neither. The bytes need not be UTF-8.
public struct ObjectKey: Hashable, Comparable, Sendable {
    /// The bytes, components separated by `/`.
    public let bytes: [UInt8]

    /// The key with these bytes.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(bytes: ArraySlice<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The key with the UTF-8 bytes of `text`.
    public init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
    }

    /// Whether the two have the same bytes.
    public static func == (lhs: ObjectKey, rhs: ObjectKey) -> Bool {
        lhs.bytes.span.isSame(as: rhs.bytes.span)
    }

    /// Hashes the bytes, all at once.
    public func hash(into hasher: inout Hasher) {
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }

    /// Whether the first key comes before the second, byte for byte.
    public static func < (lhs: ObjectKey, rhs: ObjectKey) -> Bool {
        lhs.bytes[...].compare(with: rhs.bytes[...]) < 0
    }

    /// Whether the bytes are UTF-8.
    package var isUTF8: Bool { String(validating: bytes, as: UTF8.self) != nil }

    /// The path of a folder without the `/` at its end.
    package var withoutSlash: ObjectKey {
        bytes.last == UInt8(ascii: "/") ? ObjectKey(bytes: bytes.dropLast()) : self
    }

    /// The bytes after the last `/`.
    package var lastComponent: ArraySlice<UInt8> {
        bytes[folderCount...]
    }

    /// The last component as text; `nil` when it is not ASCII, which no name that CloudTrail makes is.
    package var asciiName: Substring? {
        let name = lastComponent
        guard name.allSatisfy({ $0 < 0x80 }) else { return nil }
        return Substring(decoding: name, as: UTF8.self)
    }

    /// The bytes up to and with the last `/`; empty where there is none.
    package var folder: ArraySlice<UInt8> {
        bytes[..<folderCount]
    }

    /// The number of bytes up to and with the last `/`.
    package var folderCount: Int {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            var count = bytes.count
            while count > 0, unsafe bytes[count - 1] != UInt8(ascii: "/") { count -= 1 }
            return count
        }
    }

    /// The components, empty ones included.
    package var components: [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    }

    /// Whether a component is `.` or `..` or holds a NUL, so that no file below a folder can have the name.
    package var hasUnsafeComponent: Bool {
        components.contains { component in
            component.elementsEqual(".".utf8) || component.elementsEqual("..".utf8) || component.contains(0)
        }
    }

    /// The key as a download leaves it on disk: empty components (`prefix//AWSLogs`) are collapsed.
    package var collapsed: ObjectKey {
        let slash = UInt8(ascii: "/")
        var previous = slash
        var isCollapsed = true
        for byte in bytes {
            if byte == slash && previous == slash { isCollapsed = false }
            previous = byte
        }
        if isCollapsed { return self }
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        for byte in bytes where byte != slash || (kept.last ?? slash) != slash { kept.append(byte) }
        return ObjectKey(bytes: kept)
    }

    /// The key of the object that a file of this path came from: `x.json` was `x.json.gz` before it was decompressed.
    package var compressedName: ObjectKey {
        hasSuffix(".json") ? ObjectKey(bytes: bytes + ".gz".utf8) : self
    }

    package func hasPrefix(_ prefix: some Collection<UInt8>) -> Bool {
        bytes.starts(with: prefix)
    }

    package func hasSuffix(_ suffix: StaticString) -> Bool {
        bytes.span.hasSuffix(suffix)
    }
}

extension ObjectKey: CustomStringConvertible {
    /// The bytes as text; what is not UTF-8 becomes U+FFFD.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// Where CloudTrail put an object: a bucket and a key.
package struct ObjectLocation: Hashable, Sendable {
    /// The bucket's name.
    package let bucket: String
    /// The object's key.
    package let key: ObjectKey

    /// The object `key` in `bucket`.
    package init(bucket: String, key: ObjectKey) {
        self.bucket = bucket
        self.key = key
    }

    /// Whether `text` may be a bucket's name: printable ASCII without a slash, so that equal text is equal bytes.
    package static func isBucketName(_ text: String) -> Bool {
        isBucketName(text.utf8.span)
    }

    /// Whether `text` may be the UTF-8 of a bucket's name.
    static func isBucketName(_ text: Span<UInt8>) -> Bool {
        guard (1...255).contains(text.count) else { return false }
        for index in text.indices where !(0x21...0x7e).contains(text[index]) || text[index] == UInt8(ascii: "/") {
            return false
        }
        return true
    }
}

extension ObjectLocation: CustomStringConvertible {
    /// `bucket/key`, as it stands in a digest's string to sign.
    package var description: String { "\(bucket)/\(key)" }
}
