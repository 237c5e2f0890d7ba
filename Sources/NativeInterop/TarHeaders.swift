#if ArchiveFiles
/// The headers of one member of a tar archive, as they are stored: libarchive does not say which there were, and programs
/// that extract tar archives do not agree on all of them.
struct TarHeaders {
    private static let blockBytes = 512
    private static let typeOffset = 156
    private static let sizeField = 124..<136
    private static let magicField = 257..<262
    private static let prefixField = 345..<500
    /// As much of one header as libarchive takes, in bytes.
    private static let maximumBodyBytes = 1 << 20

    private let bytes: [UInt8]

    /// - Parameter bytes: All from the first header up to the content.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Why the member, or those behind it, are not the same for everyone who extracts the archive; `nil` where they are.
    ///
    /// - Parameter hasContent: Whether libarchive takes what follows for content.
    func fault(hasContent: Bool) -> String? {
        var start = 0
        // Headers that name the member: one with pax records, or GNU's for the two names.
        var hasPaxName = false
        var hasLongName = false
        while start + Self.blockBytes <= bytes.count {
            let header = bytes[start..<start + Self.blockBytes]
            switch header[start + Self.typeOffset] {
            case UInt8(ascii: "x"), UInt8(ascii: "X"):
                guard let body = body(of: header), let keywords = Self.keywords(of: bytes[body]) else {
                    return Self.unclear
                }
                if keywords.contains(where: Self.isName) {
                    if hasPaxName || hasLongName { return Self.severalNames }
                    hasPaxName = true
                }
            case UInt8(ascii: "L"), UInt8(ascii: "K"):
                if hasPaxName { return Self.severalNames }
                hasLongName = true
            case UInt8(ascii: "g"):
                guard let body = body(of: header), let keywords = Self.keywords(of: bytes[body]) else {
                    return Self.unclear
                }
                if keywords.contains(where: Self.isName) { return Self.globalNames }
            case UInt8(ascii: "A"): break
            case UInt8(ascii: "V"):
                // libarchive takes a volume's label for a header without a body.
                start += Self.blockBytes
                continue
            case let type:
                // POSIX allows a hard link to have content, which GNU tar takes for headers.
                if type == UInt8(ascii: "1"), hasContent { return Self.linkContent }
                return Self.hasStrayPrefix(header) ? Self.strayPrefix : nil
            }
            guard let body = body(of: header) else { return Self.unclear }
            let blocks = (body.count + Self.blockBytes - 1) / Self.blockBytes
            start = body.lowerBound + blocks * Self.blockBytes
        }
        return Self.unclear
    }

    static let unclear = "its headers cannot be told apart"
    private static let severalNames = "a member has several headers that may name it: who extracts it may take any"
    private static let strayPrefix = "a member has the beginning of a path where only newer headers have one"
    private static let linkContent =
        "a hard link has content of its own, which not everyone who extracts it passes over"
    private static let globalNames =
        "a global header gives names or sizes to all members behind it, which not everyone who extracts it takes"

    /// Where the body of an extension header is; `nil` where that cannot be read.
    private func body(of header: ArraySlice<UInt8>) -> Range<Int>? {
        let field = header[
            (header.startIndex + Self.sizeField.lowerBound)..<(header.startIndex + Self.sizeField.upperBound)
        ]
        // Octal digits, with blanks before and a blank or NUL behind them.
        let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix {
            (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0)
        }
        var size = 0
        for digit in digits {
            size = size << 3 | Int(digit - UInt8(ascii: "0"))
            if size > Self.maximumBodyBytes { return nil }
        }
        let start = header.endIndex
        return digits.isEmpty || bytes.count - start < size ? nil : start..<start + size
    }

    /// Only headers that say that they are POSIX's, or GNU's with other fields there, have something in this place.
    private static func hasStrayPrefix(_ header: ArraySlice<UInt8>) -> Bool {
        let start = header.startIndex
        let magic = header[(start + magicField.lowerBound)..<(start + magicField.upperBound)]
        return !magic.elementsEqual("ustar".utf8)
            && header[(start + prefixField.lowerBound)..<(start + prefixField.upperBound)].contains { $0 != 0 }
    }

    /// Whether a record says which file a member is, or where it ends.
    private static func isName(_ keyword: String) -> Bool {
        ["path", "linkpath", "size"].contains(keyword) || keyword.hasPrefix("GNU.sparse.")
    }

    /// The keywords of records, which are `LENGTH KEYWORD=VALUE` and a line feed each; the length is that of the whole.
    /// `nil` where they are broken.
    private static func keywords(of records: ArraySlice<UInt8>) -> [String]? {
        var keywords: [String] = []
        var rest = records
        while !rest.isEmpty {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard (1...7).contains(digits.count), let count = Int(String(decoding: digits, as: UTF8.self)),
                count > digits.count + 2, count <= rest.count
            else { return nil }
            let record = rest.prefix(count)
            guard record[digits.endIndex] == UInt8(ascii: " "), record.last == UInt8(ascii: "\n"),
                let equals = record[digits.endIndex...].firstIndex(of: UInt8(ascii: "="))
            else { return nil }
            keywords.append(String(decoding: record[(digits.endIndex + 1)..<equals], as: UTF8.self))
            rest = rest.dropFirst(count)
        }
        return keywords
    }
}
#endif
