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

/// The bytes of a file or pipe, a buffer at a time, from where its descriptor stands.
@safe final class DescriptorInput {
    /// The size of the buffer, in bytes.
    static let capacity = 256 * 1024
    /// What tar counts in, in bytes. Every buffer but the last is a multiple of it.
    static let blockBytes = 512

    /// What is in the buffer and not used yet.
    private(set) var rest: UnsafeRawBufferPointer
    /// How many bytes came out of the descriptor so far.
    private(set) var total: UInt64 = 0

    private let descriptor: CInt
    /// The size of the file, in bytes; `nil` where one cannot seek in it.
    private let seekableBytes: UInt64?
    private let buffer: UnsafeMutableRawBufferPointer

    /// Reads from `descriptor`, which stays the caller's.
    init(_ descriptor: CInt) {
        self.descriptor = descriptor
        var status = stat()
        let isRegular =
            unsafe fstat(descriptor, &status) == 0 && status.st_mode & CLOUDTRAIL_AE_IFMT == CLOUDTRAIL_AE_IFREG
        seekableBytes = isRegular ? UInt64(exactly: status.st_size) : nil
        unsafe buffer = .allocate(byteCount: Self.capacity, alignment: 16)
        unsafe rest = UnsafeRawBufferPointer(start: buffer.baseAddress, count: 0)
    }

    deinit {
        unsafe buffer.deallocate()
    }

    /// Refills the buffer; at the end it is empty.
    func fill() throws(ArchiveFailure) {
        var filled = 0
        unsafe rest = UnsafeRawBufferPointer(start: buffer.baseAddress, count: 0)
        repeat {
            var free = unsafe MutableRawSpan(_unsafeBytes: buffer[filled...])
            let count: Int
            do throws(SystemError) {
                count = try SystemCall.read(descriptor, into: &free)
            } catch {
                throw .system(error)
            }
            if count == 0 { break }
            filled += count
            total += UInt64(count)
        } while filled % Self.blockBytes != 0
        unsafe rest = UnsafeRawBufferPointer(start: buffer.baseAddress, count: filled)
    }

    /// Marks the next `count` bytes as used.
    func use(_ count: Int) {
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }

    /// Passes over up to `count` bytes behind the buffer without reading them, and returns how many: whole blocks, and
    /// none where one cannot seek.
    func skip(_ count: Int64) -> Int64 {
        guard let seekableBytes else { return 0 }
        let position = lseek(descriptor, 0, SEEK_CUR)
        guard position >= 0, UInt64(position) < seekableBytes else { return 0 }
        let blocks = min(UInt64(clamping: count), seekableBytes - UInt64(position)) / UInt64(Self.blockBytes)
        let bytes = Int64(blocks) * Int64(Self.blockBytes)
        guard bytes > 0, lseek(descriptor, off_t(bytes), SEEK_CUR) == position + off_t(bytes) else { return 0 }
        total += UInt64(bytes)
        return bytes
    }

    /// Whether nothing but zeros follows, from what is in the buffer to the end.
    ///
    /// - Parameter check: Called at each buffer.
    func restIsZero(_ check: () throws(ArchiveFailure) -> Void) throws(ArchiveFailure) -> Bool {
        while unsafe !rest.isEmpty {
            guard unsafe rest.isZero else { return false }
            try check()
            try fill()
        }
        return true
    }
}

extension UnsafeRawBufferPointer {
    /// Whether there is nothing but zeros.
    var isZero: Bool { unsafe self[...].isZero }
}

extension Slice<UnsafeRawBufferPointer> {
    /// Whether there is nothing but zeros.
    var isZero: Bool {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: self)
        guard let start = bytes.baseAddress, bytes.count > 0 else { return true }
        return unsafe bytes[0] == 0 && memcmp(start, start + 1, bytes.count - 1) == 0
    }
}
#endif
