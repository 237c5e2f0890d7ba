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
/// A zip archive is read by its central directory: a member that the directory does not name is not seen. A member's
/// description holds until the next is asked for.
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
    private let zip: ZipFacts?
    private let ratio: InflateRatio
    /// Of the thread while libarchive converts names, so that the process's own does not matter.
    private let locale: locale_t?
    private var entry: OpaquePointer?
    private var memberEnd: Int64 = 0
    private var members: UInt64 = 0
    private var contentBytes: UInt64 = 0
    /// Of the member that is being read.
    private var memberBytes: UInt64 = 0
    private var isInLastHole = false
    private var failure: ArchiveFailure?

    /// What the end of a zip archive says.
    private struct ZipFacts {
        let fileBytes: UInt64
        /// The number of members, its lower 16 bits.
        let members: UInt16?
    }

    /// The end of a zip archive is looked for in so many bytes, by libarchive too.
    private static let zipTailBytes = 16 * 1024
    /// The longest error text, in characters.
    private static let maximumTextCount = 200

    private init(
        _ input: ArchiveInput?,
        _ zip: ZipFacts?,
        _ ratio: InflateRatio,
        locale: locale_t?
    ) throws(ArchiveFailure) {
        guard let archive = unsafe archive_read_new() else { throw .damaged("out of memory") }
        unsafe self.archive = archive
        self.input = input
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
        let reader = unsafe try ArchiveReader(input, nil, ratio, locale: cloudtrail_new_locale("C"))
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
    package static func zip(
        _ descriptor: CInt,
        ratio: InflateRatio
    ) throws(ArchiveFailure) -> ArchiveReader? {
        // Names that say that they are UTF-8 are lost in a locale that has none.
        let locale = unsafe cloudtrail_new_locale("C.UTF-8") ?? cloudtrail_new_locale("C")
        let reader = unsafe try ArchiveReader(nil, zipFacts(descriptor), ratio, locale: locale)
        let archive = unsafe reader.archive
        unsafe archive_read_support_format_zip_seekable(archive)
        unsafe archive_read_set_format_option(archive, "zip", "mac-ext", nil)
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw .system(.last) }
        let result = reader.inLocale { unsafe archive_read_open_fd(archive, descriptor, DescriptorInput.capacity) }
        if result == ARCHIVE_OK { return reader }
        return nil
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

    private static func zipFacts(_ descriptor: CInt) -> ZipFacts {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return ZipFacts(fileBytes: 0, members: nil) }
        let size = UInt64(clamping: status.st_size)
        var tail = [UInt8](repeating: 0, count: Int(min(size, UInt64(zipTailBytes))))
        let start = off_t(clamping: size - UInt64(tail.count))
        let count = unsafe tail.withUnsafeMutableBytes {
            unsafe pread(descriptor, $0.baseAddress, $0.count, start)
        }
        guard count == tail.count, count >= 22 else { return ZipFacts(fileBytes: size, members: nil) }
        let signature: [UInt8] = [0x50, 0x4b, 5, 6]
        for offset in stride(from: count - 22, through: 0, by: -1) where tail[offset...].starts(with: signature) {
            let members = UInt16(tail[offset + 10]) | UInt16(tail[offset + 11]) << 8
            // All bits set: the number stands elsewhere.
            return ZipFacts(fileBytes: size, members: members == .max ? nil : members)
        }
        return ZipFacts(fileBytes: size, members: nil)
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
        input?.purpose = .header
        memberEnd = unsafe archive_filter_bytes(archive, 0)
        memberBytes = 0
        isInLastHole = false
        var found: OpaquePointer?
        let result = inLocale { unsafe archive_read_next_header(archive, &found) }
        switch result {
        case ARCHIVE_OK, ARCHIVE_WARN:
            unsafe entry = found
            members += 1
            input?.purpose = .content
            return true
        case ARCHIVE_EOF:
            input?.purpose = .skipping
            try input?.checkEnd(at: unsafe archive_filter_bytes(archive, 0), after: memberEnd)
            if let expected = zip?.members, expected != UInt16(truncatingIfNeeded: members) {
                throw .damaged("its directory has \(expected) members, of which \(members) can be told apart")
            }
            return false
        default:
            throw currentFailure()
        }
    }

    private func currentFailure() -> ArchiveFailure {
        input?.failure ?? .damaged(unsafe Self.errorText(archive))
    }

    /// The path as it is stored, bytes; `nil` when there is none that can be told.
    package var path: [UInt8]? {
        guard let entry = unsafe entry, let path = unsafe archive_entry_pathname(entry) else { return nil }
        return unsafe Array(UnsafeRawBufferPointer(start: path, count: strlen(path)))
    }

    /// What the member is.
    package var kind: Kind {
        guard let entry = unsafe entry else { return .special }
        let hasContent = unsafe archive_entry_size(entry) > 0
        if unsafe archive_entry_hardlink(entry) != nil, !hasContent { return .hardLink }
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

    /// The checksum is compared when the end is come upon, and nobody reads on who has all that was announced.
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
