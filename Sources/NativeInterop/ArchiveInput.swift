#if ArchiveFiles
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

internal import CArchive

/// The bytes of a tar archive, inflated where they are compressed, with a bound on how far they may inflate.
///
/// gzip is inflated by zlib, which checks what libarchive's own filter does not: the checksum, and what follows.
@safe package final class ArchiveInput {
    /// What bytes are wanted for.
    enum Purpose {
        /// The headers of a member: there is a bound on how many there may be.
        case header
        /// The content of a member, which whoever asked for it can stop.
        case content
        /// Passing over them.
        case skipping
    }

    private enum Stage {
        case stored
        case gzip
        case library(StreamFilter)
    }

    /// The most bytes that one member's headers may have: each may have 1 MiB, but a list of holes has no bound of its
    /// own, and memory is taken for every hole.
    private static let maximumHeaderBytes = 8 << 20

    /// Whether it begins like a zip archive.
    package private(set) var looksLikeZip = false
    /// Why nothing more comes out.
    private(set) var failure: ArchiveFailure?
    /// How many bytes went in so far.
    var inputBytes: UInt64 { input.total }
    /// What its bytes are wanted for.
    var purpose = Purpose.header {
        didSet { headerBytes = 0 }
    }

    private let input: DescriptorInput
    private var stage = Stage.stored
    private var inflater: GzipInflater
    private let ratio: InflateRatio
    private let check: () throws -> Void
    private let output: UnsafeMutableRawBufferPointer
    /// What was handed out last, and up to where that went.
    private var chunk = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    private var handedOut: Int64 = 0
    private var isFirst = true
    /// Whether the block before the chunk is known to be nothing but zeros.
    private var blockBeforeIsZero = false
    private var isInGzipMember = true
    private var pending: ArchiveFailure?
    private var headerBytes = 0
    /// Where the headers of the member begin, or may begin.
    private var headerStart: Int64 = 0
    /// The bytes directly before the chunk, as far as they may be of these headers.
    private var kept: [UInt8] = []
    /// libarchive may look at the next header before it has passed over what is before it.
    private static let keptOfContent = 2 * DescriptorInput.blockBytes

    /// Reads from where `descriptor` stands; it stays the caller's, and must be open as long as this is used.
    ///
    /// - Parameter check: Called at each buffer while nobody asked for what is read; what it throws ends it.
    package init(
        descriptor: CInt,
        ratio: InflateRatio,
        check: @escaping () throws -> Void
    ) throws(ArchiveFailure) {
        input = DescriptorInput(descriptor)
        self.ratio = ratio
        self.check = check
        do throws(NativeError) {
            inflater = try GzipInflater()
        } catch {
            throw .damaged(error.description)
        }
        unsafe output = .allocate(byteCount: DescriptorInput.capacity, alignment: 16)
        try input.fill()
        let start = unsafe Array(input.rest.prefix(6))
        looksLikeZip = start.starts(with: [0x50, 0x4b, 3, 4]) || start.starts(with: [0x50, 0x4b, 5, 6])
        if start.starts(with: [0x1f, 0x8b]) {
            stage = .gzip
        } else if start.starts(with: Array("BZh".utf8)) {
            stage = .library(try StreamFilter(ARCHIVE_FILTER_BZIP2, input))
        } else if start == [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] {
            stage = .library(try StreamFilter(ARCHIVE_FILTER_XZ, input))
        } else if start.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
            stage = .library(try StreamFilter(ARCHIVE_FILTER_ZSTD, input))
        }
    }

    deinit {
        unsafe output.deallocate()
    }

    /// Whether there is nothing in it at all.
    package var isEmpty: Bool { input.total == 0 }

    /// Whether it is read as it is.
    package var isStored: Bool {
        if case .stored = stage { true } else { false }
    }

    // MARK: Handing out

    /// The next bytes; none at the end. They are valid until the next call.
    func next() throws(ArchiveFailure) -> UnsafeRawBufferPointer {
        if let failure { throw failure }
        do throws(ArchiveFailure) {
            return unsafe try inflate()
        } catch {
            failure = error
            throw error
        }
    }

    private func inflate() throws(ArchiveFailure) -> UnsafeRawBufferPointer {
        try callCheck()
        // The chunk's memory is used again for the next.
        let isLastBlockZero = unsafe chunk.suffix(DescriptorInput.blockBytes).isZero
        let headers = headersBeforeNext()
        let next: UnsafeRawBufferPointer
        switch stage {
        case .stored:
            if !isFirst { try input.fill() }
            unsafe next = input.rest
        case .gzip:
            let count = try inflateGzip()
            unsafe next = UnsafeRawBufferPointer(rebasing: output[..<count])
        case .library(let filter):
            let count = unsafe try filter.inflate(into: output, callCheck)
            unsafe next = UnsafeRawBufferPointer(rebasing: output[..<count])
        }
        isFirst = false
        // At the end the last chunk stays, so that it can be looked at.
        if unsafe next.isEmpty { return unsafe next }
        blockBeforeIsZero = isLastBlockZero
        kept = headers
        unsafe chunk = next
        handedOut += Int64(next.count)
        guard ratio.allows(UInt64(handedOut), outOf: input.total) else { throw .overRatio(ratio.ratio) }
        if purpose == .header {
            headerBytes += next.count
            if headerBytes > Self.maximumHeaderBytes {
                throw .damaged("a member's headers are larger than \(Self.maximumHeaderBytes >> 20) MiB")
            }
        }
        return unsafe next
    }

    /// Begins with the headers of a member, the first of which is not before this position.
    func beginHeaders(at position: Int64) {
        purpose = .header
        headerStart = position
    }

    /// What is to be seen again once the chunk is given up.
    private func headersBeforeNext() -> [UInt8] {
        let start = unsafe handedOut - Int64(chunk.count)
        let first = purpose == .header ? headerStart : handedOut - Int64(Self.keptOfContent)
        let passed = Int(clamping: max(0, first - (start - Int64(kept.count))))
        var headers = Array(kept.dropFirst(passed))
        unsafe headers.append(contentsOf: chunk.dropFirst(max(0, passed - kept.count)))
        return headers
    }

    /// The bytes between two positions, which lie in the chunk or directly before it; `nil` where they are not known.
    func headers(_ range: Range<Int64>) -> [UInt8]? {
        let start = unsafe handedOut - Int64(chunk.count)
        guard range.lowerBound >= start - Int64(kept.count), range.upperBound <= handedOut else { return nil }
        var headers = Array(kept.suffix(Int(max(0, start - range.lowerBound))).prefix(range.count))
        let first = Int(max(0, range.lowerBound - start))
        let end = Int(max(0, range.upperBound - start))
        if first < end { unsafe headers.append(contentsOf: chunk[first..<end]) }
        return headers
    }

    private func callCheck() throws(ArchiveFailure) {
        if purpose == .content { return }
        do {
            try check()
        } catch {
            throw .stopped(error)
        }
    }

    /// Passes over up to `count` bytes without reading them; returns how many.
    func skip(_ count: Int64) -> Int64 {
        guard case .stored = stage else { return 0 }
        let skipped = input.skip(count)
        if skipped > 0 {
            unsafe chunk = UnsafeRawBufferPointer(start: nil, count: 0)
            kept = []
            handedOut += skipped
            blockBeforeIsZero = false
        }
        return skipped
    }

    // MARK: gzip

    /// Inflates into `output`; 0 only at the end. What is wrong is thrown once all before it was handed out.
    private func inflateGzip() throws(ArchiveFailure) -> Int {
        var filled = 0
        while unsafe filled < output.count, pending == nil {
            do throws(ArchiveFailure) {
                if unsafe input.rest.isEmpty {
                    try input.fill()
                    if unsafe input.rest.isEmpty {
                        if isInGzipMember { throw .damaged("its gzip data are cut off") }
                        break
                    }
                }
                if !isInGzipMember { try beginGzipMember() }
                filled += try inflateStep(from: filled)
            } catch {
                pending = error
            }
        }
        if filled == 0, let pending { throw pending }
        return filled
    }

    /// One step of zlib's.
    private func step(from filled: Int) throws(NativeError) -> GzipInflater.Step {
        var target = unsafe MutableRawSpan(_unsafeBytes: output[filled...])
        return unsafe try inflater.inflate(RawSpan(_unsafeBytes: input.rest), into: &target)
    }

    private func inflateStep(from filled: Int) throws(ArchiveFailure) -> Int {
        guard isInGzipMember else { return 0 }
        let step: GzipInflater.Step
        do throws(NativeError) {
            step = try self.step(from: filled)
        } catch {
            throw .damaged(error.description)
        }
        input.use(step.consumed)
        switch step.status {
        case .finished:
            isInGzipMember = false
        case .corrupt(.checksum), .corrupt(.length):
            pending = .damaged("the checksum of its gzip data is wrong")
        case .corrupt(.stream):
            pending = .damaged("its gzip data are broken")
        case .needsInput, .needsOutput:
            if step.consumed == 0, step.produced == 0 { throw .damaged("its gzip data are broken") }
        }
        return step.produced
    }

    /// Behind a member another may follow, as in files made with `cat`, or zeros, as on a tape.
    private func beginGzipMember() throws(ArchiveFailure) {
        if unsafe input.rest[0] == 0 {
            guard try input.restIsZero(callCheck) else { throw .trailingData }
            return
        }
        guard unsafe input.rest[0] == 0x1f else { throw .trailingData }
        do throws(NativeError) {
            try inflater.reset()
        } catch {
            throw .damaged(error.description)
        }
        isInGzipMember = true
    }

    // MARK: The end of a tar archive

    /// Whether the archive ends as it must at `position`, where its reader found the end: with a block of zeros, and with
    /// nothing but zeros up to the end of the input.
    ///
    /// - Parameter memberEnd: Where the last member ended.
    func checkEnd(at position: Int64, after memberEnd: Int64) throws(ArchiveFailure) {
        let start = unsafe handedOut - Int64(chunk.count)
        guard (start...handedOut).contains(position) else { throw .damaged(Self.hiddenRest) }
        let used = Int(position - start)
        let block = unsafe chunk[..<used].suffix(DescriptorInput.blockBytes)
        let marker = unsafe block.count == DescriptorInput.blockBytes ? block.isZero : used == 0 && blockBeforeIsZero
        guard marker, position > memberEnd else {
            throw .damaged("it is cut off: the mark of the archive's end is not there")
        }
        guard unsafe chunk[used...].isZero else {
            throw .damaged(Self.hiddenRest)
        }
        while true {
            let rest = unsafe try next()
            if unsafe rest.isEmpty { return }
            guard unsafe rest.isZero else { throw .damaged(Self.hiddenRest) }
        }
    }

    private static let hiddenRest =
        "data follow the mark of the archive's end, such as a second archive that was appended: they are not read"
}
#endif
