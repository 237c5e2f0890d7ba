#if ArchiveFiles
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

internal import CArchive

/// Inflates a stream of bzip2, xz or zstd over libarchive; owns one reader of it.
///
/// One layer alone, and never by an external program.
@safe final class StreamFilter {
    private let archive: OpaquePointer
    private let input: DescriptorInput
    private let callback: Callback
    /// Of the block that libarchive handed out last.
    private var rest = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    private var pending: ArchiveFailure?
    private var isAtEnd = false

    /// What libarchive's callback works on: the input, and why it failed.
    private final class Callback {
        let input: DescriptorInput
        var failure: ArchiveFailure?
        var isFirst = true

        init(_ input: DescriptorInput) {
            self.input = input
        }
    }

    /// Reads from `input`, what is in its buffer first.
    ///
    /// - Parameter code: libarchive's code of the filter.
    init(_ code: CInt, _ input: DescriptorInput) throws(ArchiveFailure) {
        guard let archive = unsafe archive_read_new() else { throw .damaged("out of memory") }
        unsafe self.archive = archive
        self.input = input
        callback = Callback(input)
        // A warning would mean that a program were run for it.
        guard unsafe archive_read_append_filter(archive, code) == ARCHIVE_OK else {
            throw .damaged("this libarchive cannot read its compression")
        }
        unsafe archive_read_support_format_raw(archive)
        unsafe archive_read_set_callback_data(archive, Unmanaged.passUnretained(callback).toOpaque())
        unsafe archive_read_set_read_callback(archive) { _, data, buffer in
            guard let data = unsafe data, let buffer = unsafe buffer else { return -1 }
            let callback = unsafe Unmanaged<Callback>.fromOpaque(data).takeUnretainedValue()
            do throws(ArchiveFailure) {
                if !callback.isFirst { try callback.input.fill() }
                callback.isFirst = false
            } catch {
                callback.failure = error
                return -1
            }
            unsafe buffer.pointee = callback.input.rest.baseAddress
            return unsafe callback.input.rest.count
        }
        var entry: OpaquePointer?
        guard unsafe archive_read_open1(archive) == ARCHIVE_OK,
            unsafe archive_read_next_header(archive, &entry) == ARCHIVE_OK
        else { throw callback.failure ?? .damaged("its compressed data are broken") }
    }

    deinit {
        unsafe archive_read_free(archive)
    }

    private func failure() -> ArchiveFailure {
        callback.failure ?? .damaged(unsafe ArchiveReader.errorText(archive))
    }

    /// Puts the next bytes into `output`, as many as fit; 0 only at the end.
    ///
    /// - Parameter check: Called at each buffer of what follows the stream.
    func inflate(
        into output: UnsafeMutableRawBufferPointer,
        _ check: () throws(ArchiveFailure) -> Void
    ) throws(ArchiveFailure) -> Int {
        var filled = 0
        while filled < output.count, pending == nil, !isAtEnd {
            if unsafe rest.isEmpty {
                var start: UnsafeRawPointer?
                var count = 0
                var offset: Int64 = 0
                switch unsafe archive_read_data_block(archive, &start, &count, &offset) {
                case ARCHIVE_OK:
                    unsafe rest = UnsafeRawBufferPointer(start: start, count: count)
                case ARCHIVE_EOF:
                    isAtEnd = true
                    do throws(ArchiveFailure) {
                        try checkRest(check)
                    } catch {
                        pending = error
                    }
                default:
                    pending = failure()
                }
                continue
            }
            let count = unsafe min(rest.count, output.count - filled)
            unsafe output[filled...].copyBytes(from: rest[..<count])
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            filled += count
        }
        if filled == 0, let pending { throw pending }
        return filled
    }

    /// Some filters pass over what follows the stream in silence.
    private func checkRest(_ check: () throws(ArchiveFailure) -> Void) throws(ArchiveFailure) {
        let used = unsafe archive_filter_bytes(archive, -1)
        let buffered = unsafe Int64(input.rest.count)
        let inBuffer = used - (Int64(clamping: input.total) - buffered)
        guard (0...buffered).contains(inBuffer) else { throw .trailingData }
        input.use(Int(inBuffer))
        guard try input.restIsZero(check) else { throw .trailingData }
    }
}

extension ArchiveFailure {
    static let trailingData = ArchiveFailure.damaged("bytes that do not belong to it follow the compressed data")
}
#endif
