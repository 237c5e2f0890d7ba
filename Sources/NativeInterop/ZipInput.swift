#if ArchiveFiles
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The part of a file in which a zip archive lies, as libarchive reads it: nothing before it and nothing behind it, so
/// that there is but one directory to be found.
@safe final class ZipInput {
    /// Why reading failed.
    private(set) var failure: ArchiveFailure?

    private let descriptor: CInt
    private let range: Range<UInt64>
    /// From the begin of the range.
    private var position: UInt64 = 0
    private let buffer: UnsafeMutableRawBufferPointer

    /// Reads from `descriptor`, which stays the caller's.
    init(_ descriptor: CInt, _ range: Range<UInt64>) {
        self.descriptor = descriptor
        self.range = range
        unsafe buffer = .allocate(byteCount: DescriptorInput.capacity, alignment: 16)
    }

    deinit {
        unsafe buffer.deallocate()
    }

    private var count: UInt64 { range.upperBound - range.lowerBound }

    /// The next bytes; none at the end. They are valid until the next call.
    func next() throws(ArchiveFailure) -> UnsafeRawBufferPointer {
        let wanted = Int(min(UInt64(DescriptorInput.capacity), count - min(position, count)))
        guard wanted > 0 else { return unsafe UnsafeRawBufferPointer(rebasing: buffer[..<0]) }
        while true {
            let read = unsafe pread(descriptor, buffer.baseAddress, wanted, off_t(range.lowerBound + position))
            if read >= 0 {
                position += UInt64(read)
                return unsafe UnsafeRawBufferPointer(rebasing: buffer[..<read])
            }
            if errno == EINTR { continue }
            failure = .system(.last)
            throw .system(.last)
        }
    }

    /// Goes to a place, as lseek does; `nil` when there is no such.
    func seek(_ offset: Int64, from whence: CInt) -> Int64? {
        let base: Int64? =
            switch whence {
            case SEEK_SET: 0
            case SEEK_CUR: Int64(exactly: position)
            case SEEK_END: Int64(exactly: count)
            default: nil
            }
        guard let base else { return nil }
        let (place, overflows) = base.addingReportingOverflow(offset)
        guard !overflows, place >= 0, UInt64(place) <= count else { return nil }
        position = UInt64(place)
        return place
    }

    /// Passes over up to `count` bytes; returns how many.
    func skip(_ wanted: Int64) -> Int64 {
        let skipped = min(UInt64(clamping: wanted), count - min(position, count))
        position += skipped
        return Int64(clamping: skipped)
    }
}
#endif
