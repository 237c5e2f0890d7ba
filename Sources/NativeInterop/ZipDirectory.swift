#if ArchiveFiles
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

// Its headers define the system's structures once more, and either definition may be the one that counts.
internal import CArchive

/// The central directory of a zip archive (PKWARE's APPNOTE, 4.3.12), which is what every extractor goes by.
///
/// libarchive takes names from the local headers, which may be others. So the directory is read here as well: where it
/// lies, which members it has, and what it calls them. An archive of which extractors could find two directories, or in
/// another place, cannot be read (I10).
struct ZipDirectory {
    /// A member, by where its local header begins and where its record in the directory does.
    private struct Entry {
        let header: UInt64
        let record: UInt64
    }

    /// What the two headers of a member say of it together.
    struct Member {
        /// What it is called: the directory's name first, and the others that the headers give it. A backslash is a
        /// slash.
        let names: [[UInt8]]
        /// How the headers contradict each other; `nil` when they do not.
        let contradiction: String?
        /// Where its content begins, counted from the begin of the archive.
        let contentOffset: UInt64
    }

    /// Where the archive lies in the file: from what the offsets in it count from, to the end of its end record, without
    /// the comment.
    let range: Range<UInt64>
    /// The size of the file.
    let fileBytes: UInt64
    /// Why the number of members that the end record tells is not that of the directory; `nil` when it is.
    let miscount: String?

    private let descriptor: CInt
    private let directory: Range<UInt64>
    /// In the order of their headers, in which libarchive goes through them.
    private var entries: [Entry] = []
    /// The first entry of the member that is next.
    private var next = 0

    private static let endBytes = 22
    private static let maximumCommentBytes = 0xffff
    private static let recordBytes = 46
    private static let headerBytes = 30
    /// Some records of the directory; a record has no more than a quarter of it.
    private static let windowBytes = 1 << 20

    /// Finds the directory of the file behind `descriptor`; `nil` when there is none at its end.
    ///
    /// - Parameter check: Called now and then; what it throws ends it.
    init?(_ descriptor: CInt, _ check: () throws -> Void) throws(ArchiveFailure) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .system(.last) }
        fileBytes = UInt64(clamping: status.st_size)
        self.descriptor = descriptor
        guard let end = try Self.findEnd(descriptor, fileBytes) else { return nil }
        let record = try Self.bytes(descriptor, end, Self.endBytes)
        let place = try Self.place(descriptor, record, end)
        let (start, isBelow) = place.end.subtractingReportingOverflow(place.size)
        guard !isBelow, place.offset <= start else {
            throw .damaged("its directory does not lie before the record of its end")
        }
        // What stands before the archive, such as a program that unpacks it, moves all of it.
        let shift = start - place.offset
        if shift > 0 {
            let signature = try Self.bytes(descriptor, place.offset, 4)
            if [Signature.record, Signature.end, Signature.end64].contains(signature.number(4, at: 0)) {
                throw .damaged("bytes stand between its directory and the record of its end")
            }
        }
        directory = start..<place.end
        range = shift..<end + UInt64(Self.endBytes)
        if let offset = place.end64Offset, offset != place.end - shift {
            throw .damaged("it has two records of its end that do not agree")
        }
        var found: [Entry] = []
        try Self.read(descriptor, directory, check) { record, position throws(ArchiveFailure) in
            let (header, isBeyond) = record.offset.addingReportingOverflow(shift)
            guard !isBeyond, header < start, start - header >= UInt64(Self.headerBytes) else {
                throw .damaged("its directory names a member that lies outside of it")
            }
            found.append(Entry(header: header, record: position))
        }
        found.sort { ($0.header, $0.record) < ($1.header, $1.record) }
        entries = found
        let isSame = place.hasCount64 ? place.count == UInt64(found.count) : place.count == UInt64(found.count & 0xffff)
        miscount =
            isSame ? nil : "its directory has \(place.count) members, of which \(found.count) can be told apart"
    }

    // MARK: The end

    private enum Signature {
        static let header: UInt64 = 0x0403_4b50
        static let record: UInt64 = 0x0201_4b50
        static let end: UInt64 = 0x0605_4b50
        static let end64: UInt64 = 0x0606_4b50
        static let locator: UInt64 = 0x0706_4b50
    }

    /// Where the end record begins: the only one whose comment ends with the file, and the last of all.
    private static func findEnd(_ descriptor: CInt, _ fileBytes: UInt64) throws(ArchiveFailure) -> UInt64? {
        let count = Int(min(fileBytes, UInt64(endBytes + maximumCommentBytes)))
        guard count >= endBytes else { return nil }
        let tail = try bytes(descriptor, fileBytes - UInt64(count), count)
        var found: Int?
        var last: Int?
        for offset in 0...(count - 4) where tail[offset] == 0x50 && tail.number(4, at: offset) == Signature.end {
            last = offset
            guard offset + endBytes <= count else { continue }
            guard offset + endBytes + Int(tail.number(2, at: offset + 20)) == count else { continue }
            guard found == nil else { throw .damaged("it has two records of its end") }
            found = offset
        }
        guard let found else { return nil }
        // In a comment; many search from behind and take what they come upon first.
        guard last == found else { throw .damaged("it has two records of its end") }
        return fileBytes - UInt64(count) + UInt64(found)
    }

    /// What the records of the end say of the directory.
    private struct Place {
        var offset: UInt64
        var size: UInt64
        var count: UInt64
        /// Where the directory must end.
        var end: UInt64
        var hasCount64 = false
        /// Where the ZIP64 record is said to lie.
        var end64Offset: UInt64?
    }

    private static func place(
        _ descriptor: CInt,
        _ record: [UInt8],
        _ end: UInt64
    ) throws(ArchiveFailure) -> Place {
        let counts = (disk: record.number(2, at: 8), all: record.number(2, at: 10))
        let size = record.number(4, at: 12)
        let offset = record.number(4, at: 16)
        let parts = "it is a part of an archive in several files"
        var place = Place(offset: offset, size: size, count: counts.all, end: end)
        let locatorBytes: UInt64 = 20
        let recordBytes: UInt64 = 56
        guard end >= locatorBytes + recordBytes else {
            guard isWhole(record.number(2, at: 4), record.number(2, at: 6), counts) else { throw .damaged(parts) }
            return place
        }
        let locator = try bytes(descriptor, end - locatorBytes, Int(locatorBytes))
        guard locator.number(4, at: 0) == Signature.locator else {
            guard isWhole(record.number(2, at: 4), record.number(2, at: 6), counts) else { throw .damaged(parts) }
            return place
        }
        let record64 = try bytes(descriptor, end - locatorBytes - recordBytes, Int(recordBytes))
        guard record64.number(4, at: 0) == Signature.end64, record64.number(8, at: 4) == recordBytes - 12 else {
            throw .damaged("its ZIP64 record is not where it must be")
        }
        let counts64 = (disk: record64.number(8, at: 24), all: record64.number(8, at: 32))
        guard locator.number(4, at: 4) == 0, locator.number(4, at: 16) <= 1,
            isWhole(record64.number(4, at: 16), record64.number(4, at: 20), counts64)
        else { throw .damaged(parts) }
        place.offset = record64.number(8, at: 48)
        place.size = record64.number(8, at: 40)
        place.count = counts64.all
        place.hasCount64 = true
        place.end = end - locatorBytes - recordBytes
        place.end64Offset = locator.number(8, at: 8)
        // Some go by the one record, some by the other.
        let agree =
            (offset == 0xffff_ffff || offset == place.offset) && (size == 0xffff_ffff || size == place.size)
            && (counts.all == 0xffff || counts.all == place.count)
        guard agree else { throw .damaged("it has two records of its end that do not agree") }
        return place
    }

    private static func isWhole(_ disk: UInt64, _ first: UInt64, _ counts: (disk: UInt64, all: UInt64)) -> Bool {
        disk == 0 && first == 0 && counts.disk == counts.all
    }

    // MARK: Records

    /// A record of the directory, or a local header.
    private struct Header {
        var flags: UInt64
        var method: UInt64
        var sum: UInt64
        var compressed: UInt64
        var uncompressed: UInt64
        /// Of the local header; 0 in a local header.
        var offset: UInt64 = 0
        var name: [UInt8]
        /// What an extra field calls it (Info-ZIP's, 0x7075), which some extractors prefer.
        var unicodeName: [UInt8]?

        /// - Parameters:
        ///   - bytes: The part of fixed size, from the flags to the uncompressed size.
        ///   - isLocal: Whether both sizes stand in the ZIP64 field when it is there.
        init(_ bytes: ArraySlice<UInt8>, name: ArraySlice<UInt8>, extra: ArraySlice<UInt8>, offset: UInt64?)
            throws(ArchiveFailure)
        {
            flags = bytes.number(2, at: 0)
            method = bytes.number(2, at: 2)
            sum = bytes.number(4, at: 8)
            compressed = bytes.number(4, at: 12)
            uncompressed = bytes.number(4, at: 16)
            self.offset = offset ?? 0
            self.name = Array(name)
            var has64 = false
            var rest = extra
            while rest.count >= 4 {
                let kind = rest.number(2, at: 0)
                let count = Int(rest.number(2, at: 2))
                guard rest.count >= 4 + count else { break }
                let value = rest.dropFirst(4).prefix(count)
                rest = rest.dropFirst(4 + count)
                if kind == 0x7075, value.first == 1, count >= 5 {
                    guard unicodeName == nil else { throw .damaged("a member of it has two names in one header") }
                    unicodeName = Array(value.dropFirst(5))
                } else if kind == 1 {
                    guard !has64 else { throw .damaged("a member of it has two sizes in one header") }
                    has64 = true
                    try take64(value, isLocal: offset == nil)
                }
            }
        }

        /// Takes what does not fit into 32 bits from the ZIP64 field.
        private mutating func take64(_ value: ArraySlice<UInt8>, isLocal: Bool) throws(ArchiveFailure) {
            var rest = value
            func takeNext() throws(ArchiveFailure) -> UInt64 {
                guard rest.count >= 8 else { throw .damaged("a member of it has a ZIP64 field that is cut off") }
                defer { rest = rest.dropFirst(8) }
                return rest.number(8, at: 0)
            }
            if uncompressed == 0xffff_ffff { uncompressed = try takeNext() }
            if compressed == 0xffff_ffff { compressed = try takeNext() }
            if !isLocal, offset == 0xffff_ffff { offset = try takeNext() }
        }

        var names: [[UInt8]] { ([name] + [unicodeName].compactMap { $0 }).map(ZipDirectory.slashed) }
        var isEncrypted: Bool { flags & 1 != 0 }
        /// Whether sum and sizes may stand behind the content.
        var isStreamed: Bool { flags & 8 != 0 }
    }

    /// Goes through the records of the directory, which must fill it.
    private static func read(
        _ descriptor: CInt,
        _ directory: Range<UInt64>,
        _ check: () throws -> Void,
        _ body: (Header, UInt64) throws(ArchiveFailure) -> Void
    ) throws(ArchiveFailure) {
        var window: [UInt8] = []
        var windowStart = directory.lowerBound
        var position = directory.lowerBound
        while position < directory.upperBound {
            var used = Int(position - windowStart)
            if window.count - used < windowBytes / 4, windowStart + UInt64(window.count) < directory.upperBound {
                do { try check() } catch { throw .stopped(error) }
                let count = min(directory.upperBound - position, UInt64(windowBytes))
                window = try bytes(descriptor, position, Int(count))
                (windowStart, used) = (position, 0)
            }
            let (header, count) = try record(window[used...])
            try body(header, position)
            position += UInt64(count)
        }
    }

    /// The record that the bytes begin with, and its size.
    private static func record(_ bytes: ArraySlice<UInt8>) throws(ArchiveFailure) -> (Header, Int) {
        let broken = "its directory is broken"
        guard bytes.count >= recordBytes, bytes.number(4, at: 0) == Signature.record else { throw .damaged(broken) }
        let counts = (Int(bytes.number(2, at: 28)), Int(bytes.number(2, at: 30)), Int(bytes.number(2, at: 32)))
        let count = recordBytes + counts.0 + counts.1 + counts.2
        guard bytes.count >= count else { throw .damaged(broken) }
        let name = bytes.dropFirst(recordBytes).prefix(counts.0)
        let extra = bytes.dropFirst(recordBytes + counts.0).prefix(counts.1)
        let header = try Header(bytes.dropFirst(8), name: name, extra: extra, offset: bytes.number(4, at: 42))
        return (header, count)
    }

    // MARK: Members

    /// Goes on to the next member and compares its headers; `nil` at the end.
    mutating func nextMember() throws(ArchiveFailure) -> Member? {
        guard next < entries.count else { return nil }
        let first = entries[next]
        let fixed = try Self.bytes(descriptor, first.header, Self.headerBytes)
        guard fixed.number(4, at: 0) == Signature.header else {
            throw .damaged("a member of it has no header where its directory says")
        }
        let (nameBytes, extraBytes) = (Int(fixed.number(2, at: 26)), Int(fixed.number(2, at: 28)))
        let rest = try Self.bytes(descriptor, first.header + UInt64(Self.headerBytes), nameBytes + extraBytes)
        let local = try Header(
            fixed.dropFirst(6),
            name: rest[..<nameBytes],
            extra: rest[nameBytes...],
            offset: nil
        )
        var names: [[UInt8]] = []
        var seen: Set<[UInt8]> = []
        var isSame = true
        while next < entries.count, entries[next].header == first.header {
            let listed = try header(ofRecordAt: entries[next].record)
            for name in listed.names where seen.insert(name).inserted { names.append(name) }
            isSame = isSame && Self.agree(local, listed)
            next += 1
        }
        for name in local.names where seen.insert(name).inserted { names.append(name) }
        var contradiction: String?
        if names.count > 1 {
            contradiction = "its own header and the directory of the archive give it different names"
        } else if !isSame {
            contradiction =
                "its own header and the directory of the archive say different things of its size, sum or compression"
        }
        return Member(
            names: names,
            contradiction: contradiction,
            contentOffset: first.header + UInt64(Self.headerBytes + nameBytes + extraBytes) - range.lowerBound
        )
    }

    private func header(ofRecordAt position: UInt64) throws(ArchiveFailure) -> Header {
        let count = min(directory.upperBound - position, UInt64(Self.recordBytes + 3 * 0xffff))
        // Nearly all are small.
        let start = try Self.bytes(descriptor, position, Int(min(count, 512)))
        let whole = Self.recordBytes + [28, 30, 32].reduce(0) { $0 + Int(start.number(2, at: $1)) }
        if whole <= start.count { return try Self.record(start[...]).0 }
        return try Self.record(Self.bytes(descriptor, position, Int(count))[...]).0
    }

    /// Whether every extractor reads the same content, whichever of the two headers it goes by.
    private static func agree(_ local: Header, _ listed: Header) -> Bool {
        func isSame(_ written: UInt64, _ listed: UInt64) -> Bool {
            written == listed || local.isStreamed && written == 0
        }
        return local.method == listed.method && local.isEncrypted == listed.isEncrypted
            && isSame(local.sum, listed.sum) && isSame(local.compressed, listed.compressed)
            && isSame(local.uncompressed, listed.uncompressed)
    }

    private static func slashed(_ name: [UInt8]) -> [UInt8] {
        name.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
    }

    // MARK: Reading

    private static func bytes(
        _ descriptor: CInt,
        _ position: UInt64,
        _ count: Int
    ) throws(ArchiveFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            guard let offset = off_t(exactly: position + UInt64(filled)) else { throw .damaged("it is cut off") }
            let read = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, offset)
            }
            if read < 0 {
                if errno == EINTR { continue }
                throw .system(.last)
            }
            guard read > 0 else { throw .damaged("it is cut off") }
            filled += read
        }
        return bytes
    }
}

extension RandomAccessCollection<UInt8> where Index == Int {
    /// The little-endian number of `count` bytes, at most 8, that stands `offset` bytes behind the start; bytes that are
    /// not there are zeros.
    fileprivate func number(_ count: Int, at offset: Int) -> UInt64 {
        var number: UInt64 = 0
        for index in 0..<count where offset + index < self.count {
            number |= UInt64(self[startIndex + offset + index]) << UInt64(8 * index)
        }
        return number
    }
}
#endif
