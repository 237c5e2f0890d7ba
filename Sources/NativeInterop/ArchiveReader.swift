#if ArchiveFiles
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

internal import CArchive

/// Goes through the members of a tar or zip archive, over libarchive; owns one reader of it.
///
/// A zip archive is read by its central directory, which names the members: one that it does not name is not seen. A
/// member's description holds until the next is asked for.
@safe package struct ArchiveReader: ~Copyable {
    /// What a member is.
    package enum Kind: Hashable, Sendable {
        case file
        case folder
        case symbolicLink
        /// Another name of a member, whose content is stored with that one.
        case hardLink
        /// A device, FIFO or socket, or something that libarchive does not know.
        case special
        /// Part of a file that began in another volume, or a folder that has content: what it is depends on who
        /// extracts it.
        case unclear
    }

    private let archive: OpaquePointer
    private let input: ArchiveInput?
    private let zipInput: ZipInput?
    private var zip: ZipDirectory?
    /// What the headers of the member of a zip archive say.
    private var zipMember: ZipDirectory.Member?
    private let ratio: InflateRatio
    /// Of the thread while libarchive converts names, so that the process's own does not matter.
    private let locale: locale_t?
    private var entry: OpaquePointer?
    private var memberEnd: Int64 = 0
    private var contentBytes: UInt64 = 0
    /// Of the member that is being read.
    private var memberBytes: UInt64 = 0
    private var isInLastHole = false
    private var failure: ArchiveFailure?

    /// The longest error text, in characters.
    private static let maximumTextCount = 200

    private init(
        _ input: ArchiveInput?,
        _ zipInput: ZipInput?,
        _ zip: ZipDirectory?,
        _ ratio: InflateRatio,
        locale: locale_t?
    ) throws(ArchiveFailure) {
        guard let archive = unsafe archive_read_new() else { throw .damaged("out of memory") }
        unsafe self.archive = archive
        self.input = input
        self.zipInput = zipInput
        self.zip = zip
        self.ratio = ratio
        unsafe self.locale = locale
    }

    /// A reader of the tar archive that comes out of `input`; `nil` when it does not begin like one.
    package static func tar(
        _ input: ArchiveInput,
        ratio: InflateRatio
    ) throws(ArchiveFailure) -> ArchiveReader? {
        // Names are bytes: libarchive leaves those as they are that it cannot convert, and into ASCII it converts none.
        let reader = unsafe try ArchiveReader(input, nil, nil, ratio, locale: cloudtrail_new_locale("C"))
        let archive = unsafe reader.archive
        unsafe archive_read_support_format_tar(archive)
        unsafe archive_read_set_format_option(archive, "tar", "mac-ext", nil)
        unsafe archive_read_set_callback_data(archive, Unmanaged.passUnretained(input).toOpaque())
        unsafe archive_read_set_read_callback(archive) { _, data, buffer in
            guard let data = unsafe data, let buffer = unsafe buffer else { return -1 }
            do throws(ArchiveFailure) {
                let next = unsafe try Unmanaged<ArchiveInput>.fromOpaque(data).takeUnretainedValue().next()
                unsafe buffer.pointee = next.baseAddress
                return next.count
            } catch {
                return -1
            }
        }
        unsafe archive_read_set_skip_callback(archive) { _, data, count in
            guard let data = unsafe data else { return 0 }
            return unsafe Unmanaged<ArchiveInput>.fromOpaque(data).takeUnretainedValue().skip(count)
        }
        if reader.inLocale({ unsafe archive_read_open1(archive) }) == ARCHIVE_OK { return reader }
        if let failure = input.failure { throw failure }
        return nil
    }

    /// A reader of the zip archive in a regular file; `nil` when that has no central directory.
    ///
    /// - Parameter check: Called now and then while the directory is read; what it throws ends it.
    package static func zip(
        _ descriptor: CInt,
        ratio: InflateRatio,
        check: () throws -> Void
    ) throws(ArchiveFailure) -> ArchiveReader? {
        guard let directory = try ZipDirectory(descriptor, check) else { return nil }
        let input = ZipInput(descriptor, directory.range)
        // Names that say that they are UTF-8 are lost in a locale that has none.
        let locale = unsafe cloudtrail_new_locale("C.UTF-8") ?? cloudtrail_new_locale("C")
        let reader = unsafe try ArchiveReader(nil, input, directory, ratio, locale: locale)
        let archive = unsafe reader.archive
        unsafe archive_read_support_format_zip_seekable(archive)
        unsafe archive_read_set_format_option(archive, "zip", "mac-ext", nil)
        unsafe archive_read_set_callback_data(archive, Unmanaged.passUnretained(input).toOpaque())
        unsafe archive_read_set_read_callback(archive) { _, data, buffer in
            guard let data = unsafe data, let buffer = unsafe buffer else { return -1 }
            do throws(ArchiveFailure) {
                let next = unsafe try Unmanaged<ZipInput>.fromOpaque(data).takeUnretainedValue().next()
                unsafe buffer.pointee = next.baseAddress
                return next.count
            } catch {
                return -1
            }
        }
        unsafe archive_read_set_seek_callback(archive) { _, data, offset, whence in
            guard let data = unsafe data else { return Int64(ARCHIVE_FATAL) }
            let input = unsafe Unmanaged<ZipInput>.fromOpaque(data).takeUnretainedValue()
            return input.seek(offset, from: whence) ?? Int64(ARCHIVE_FATAL)
        }
        unsafe archive_read_set_skip_callback(archive) { _, data, count in
            guard let data = unsafe data else { return 0 }
            return unsafe Unmanaged<ZipInput>.fromOpaque(data).takeUnretainedValue().skip(count)
        }
        if reader.inLocale({ unsafe archive_read_open1(archive) }) == ARCHIVE_OK { return reader }
        throw input.failure ?? .damaged(unsafe errorText(archive))
    }

    deinit {
        unsafe archive_read_free(archive)
        if let locale = unsafe locale { unsafe cloudtrail_free_locale(locale) }
    }

    private func inLocale(_ body: () -> CInt) -> CInt {
        guard let locale = unsafe locale else { return body() }
        let previous = unsafe cloudtrail_use_locale(locale)
        defer { _ = unsafe cloudtrail_use_locale(previous) }
        return body()
    }

    /// What libarchive says of its last failure: one line of bounded length.
    static func errorText(_ archive: OpaquePointer) -> String {
        guard let text = unsafe archive_error_string(archive) else { return "it is damaged" }
        return unsafe oneLine(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }

    private static func oneLine(_ text: UnsafeRawBufferPointer) -> String {
        let bytes = unsafe text.prefix(maximumTextCount).map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Members

    /// Goes on to the next member, past what was not read of the last.
    ///
    /// - Returns: `false` at the end, when that is whole and all of it was seen.
    /// - Throws: ``ArchiveFailure`` when nothing more can be read.
    package mutating func next() throws(ArchiveFailure) -> Bool {
        if let failure { throw failure }
        do throws(ArchiveFailure) {
            return try advance()
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func advance() throws(ArchiveFailure) -> Bool {
        if unsafe entry != nil {
            unsafe entry = nil
            input?.purpose = .skipping
            if unsafe archive_read_data_skip(archive) == ARCHIVE_FATAL { throw currentFailure() }
        }
        memberEnd = unsafe archive_filter_bytes(archive, 0)
        input?.beginHeaders(at: memberEnd)
        memberBytes = 0
        isInLastHole = false
        var found: OpaquePointer?
        let result = inLocale { unsafe archive_read_next_header(archive, &found) }
        switch result {
        case ARCHIVE_OK, ARCHIVE_WARN:
            unsafe entry = found
            try checkTarHeaders()
            input?.purpose = .content
            if zip != nil { try takeZipMember() }
            return true
        case ARCHIVE_EOF:
            if zip != nil {
                guard try zip?.nextMember() == nil else { throw .damaged(Self.mixedUp) }
                if let miscount = zip?.miscount { throw .damaged(miscount) }
                return false
            }
            input?.purpose = .skipping
            try input?.checkEnd(at: unsafe archive_filter_bytes(archive, 0), after: memberEnd)
            return false
        default:
            throw currentFailure()
        }
    }

    private static let mixedUp = "its members cannot be told apart"

    /// A tar archive is read no further than all who extract it agree on what it holds.
    private func checkTarHeaders() throws(ArchiveFailure) {
        guard let input else { return }
        let start = unsafe archive_read_header_position(archive)
        let end = unsafe archive_filter_bytes(archive, 0)
        guard start <= end, let headers = input.headers(start..<end) else { throw .damaged(TarHeaders.unclear) }
        let hasContent = unsafe entry.map { unsafe archive_entry_size($0) > 0 } ?? false
        if let fault = TarHeaders(headers).fault(hasContent: hasContent) { throw .damaged(fault) }
    }

    /// Finds out what the directory says of the member that libarchive came upon: the one whose content begins where that
    /// now stands. Only the content of a link is read by then.
    private mutating func takeZipMember() throws(ArchiveFailure) {
        zipMember = try zip?.nextMember()
        guard let member = zipMember, let position = UInt64(exactly: unsafe archive_filter_bytes(archive, 0)) else {
            throw .damaged(Self.mixedUp)
        }
        let isThere = kind == .symbolicLink ? position >= member.contentOffset : position == member.contentOffset
        guard isThere else { throw .damaged(Self.mixedUp) }
    }

    private func currentFailure() -> ArchiveFailure {
        input?.failure ?? zipInput?.failure ?? .damaged(unsafe Self.errorText(archive))
    }

    /// The path as it is stored, bytes; `nil` when there is none that can be read. That of a member of a zip archive is the
    /// one in the directory.
    package var path: [UInt8]? {
        if let zipMember { return zipMember.names.first.flatMap { $0.contains(0) ? nil : $0 } }
        guard let entry = unsafe entry, let path = unsafe archive_entry_pathname(entry) else { return nil }
        return unsafe Array(UnsafeRawBufferPointer(start: path, count: strlen(path)))
    }

    /// Why the member of a zip archive is not the same for all who extract it, because of its two headers, and all names
    /// that they give it; `nil` when it is.
    package var contradiction: (reason: String, names: [[UInt8]])? {
        zipMember.flatMap { member in member.contradiction.map { ($0, member.names) } }
    }

    /// What the member is.
    package var kind: Kind {
        guard let entry = unsafe entry else { return .special }
        let hasContent = unsafe archive_entry_size(entry) > 0
        if unsafe archive_entry_hardlink(entry) != nil { return .hardLink }
        switch unsafe archive_entry_filetype(entry) & CLOUDTRAIL_AE_IFMT {
        case CLOUDTRAIL_AE_IFREG: return .file
        case CLOUDTRAIL_AE_IFDIR: return zip != nil && hasContent ? .unclear : .folder
        case CLOUDTRAIL_AE_IFLNK: return .symbolicLink
        case 0: return .unclear
        default: return .special
        }
    }

    /// Where a hard link leads to: one line of bounded length.
    package var hardLinkTarget: String {
        guard let entry = unsafe entry, let target = unsafe archive_entry_hardlink(entry) else { return "" }
        return unsafe Self.oneLine(UnsafeRawBufferPointer(start: target, count: strlen(target)))
    }

    /// The size of the content, in bytes, as the header says; `nil` when it does not.
    package var size: UInt64? {
        guard let entry = unsafe entry, unsafe archive_entry_size_is_set(entry) != 0 else { return nil }
        return unsafe UInt64(exactly: archive_entry_size(entry))
    }

    /// When the content changed last, since 1970; `nil` when the header does not say.
    package var modified: (seconds: Int64, nanoseconds: Int64)? {
        guard let entry = unsafe entry, unsafe archive_entry_mtime_is_set(entry) != 0 else { return nil }
        return unsafe (Int64(archive_entry_mtime(entry)), Int64(archive_entry_mtime_nsec(entry)))
    }

    /// The values of the extended attributes with these names; of a longer one than `limit` bytes there is none.
    package func extendedAttributes(_ names: [String], limit: Int) -> [String: [UInt8]] {
        var values: [String: [UInt8]] = [:]
        guard let entry = unsafe entry, unsafe archive_entry_xattr_reset(entry) > 0 else { return values }
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var count = 0
        // The last of a header comes first, and of two with one name it is the last that counts.
        while unsafe archive_entry_xattr_next(entry, &name, &value, &count) == ARCHIVE_OK {
            guard let found = unsafe name, count <= limit else { continue }
            guard let known = names.first(where: { unsafe strcmp($0, found) == 0 }), values[known] == nil else {
                continue
            }
            unsafe values[known] = Array(UnsafeRawBufferPointer(start: value, count: count))
        }
        return values
    }

    /// Fills `buffer` with the next bytes of the member's content; 0 only at its end.
    package mutating func read(into buffer: inout MutableRawSpan) throws(ArchiveFailure) -> Int {
        if let failure { throw failure }
        guard unsafe entry != nil else { throw .damaged("there is no member to be read") }
        var count = 0
        if !isInLastHole {
            count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe archive_read_data(archive, bytes.baseAddress, bytes.count)
            }
            guard count >= 0 else { throw currentFailure() }
        }
        // At a hole that ends the file libarchive says once that this is the end.
        if count == 0, zip == nil, let size, memberBytes < size {
            isInLastHole = true
            count = Int(min(UInt64(buffer.byteCount), size - memberBytes))
            unsafe buffer.withUnsafeMutableBytes { bytes in
                _ = unsafe bytes[..<count].initializeMemory(as: UInt8.self, repeating: 0)
            }
        }
        memberBytes += UInt64(count)
        contentBytes += UInt64(count)
        do throws(ArchiveFailure) {
            let stored = input?.inputBytes ?? zip?.fileBytes ?? 0
            guard ratio.allows(contentBytes, outOf: stored) else { throw .overRatio(ratio.ratio) }
        } catch {
            failure = error
            throw error
        }
        if zip != nil, memberBytes == size { try checkZipMemberEnd() }
        return count
    }

    /// libarchive compares the checksum at the end, and a caller that has the announced size does not read again.
    private func checkZipMemberEnd() throws(ArchiveFailure) {
        var byte: UInt8 = 0
        switch unsafe archive_read_data(archive, &byte, 1) {
        case 0: return
        case 1...: throw .damaged("there is more of it than its header says")
        default: throw currentFailure()
        }
    }
}
#endif
