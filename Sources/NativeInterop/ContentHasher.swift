/// Gunzips and hashes the content of an object in one pass, in constant memory; reusable, one a thread.
///
/// CloudTrail's hashes are of the uncompressed content. What begins with the gzip magic number `1f 8b` (RFC 1952,
/// 2.3.1) is inflated; anything else is taken as content that the download decompressed (I7).
@safe package final class ContentHasher {
    /// The bounds of one object's content.
    package struct Limits: Hashable, Sendable {
        /// The largest content, in bytes.
        package var contentBytes: UInt64
        /// How far the content may inflate.
        package var ratio: InflateRatio

        package init(contentBytes: UInt64, ratio: InflateRatio) {
            self.contentBytes = contentBytes
            self.ratio = ratio
        }
    }

    /// How the bytes were stored.
    package enum Form: Hashable, Sendable {
        case gzip
        /// Not gzip: hashed as it is.
        case plain
    }

    /// The state of the container.
    package enum Condition: Hashable, Sendable {
        /// One whole member and nothing else, or plain content.
        case complete
        /// The member does not end.
        case truncated
        /// The member is broken.
        case corrupt(GzipInflater.Corruption)
        /// The member ends and bytes follow it.
        case trailingData
        /// The content is larger than the limit.
        case overContentLimit
        /// The content is larger, for its compressed size, than the limit.
        case overRatioLimit
    }

    /// What the stored bytes begin with.
    package enum Opening: UInt8, Hashable, Sendable {
        /// Anything but the two below.
        case other
        /// There are none.
        case nothing
        /// A `<`, after a byte order mark or without: XML or HTML.
        case markup
    }

    /// What a pass over an object found.
    package struct Result: Hashable, Sendable {
        /// Of the content: of the first member, as far as it could be inflated.
        package let digest: SHA256Words
        /// The size of what was hashed, in bytes.
        package let contentBytes: UInt64
        package let form: Form
        package let condition: Condition
        package let opening: Opening
        /// The object as it is stored, where that was asked for; of all of it only when the condition is complete.
        package let stored: StoredContent?

        package init(
            digest: SHA256Words,
            contentBytes: UInt64,
            form: Form,
            condition: Condition,
            opening: Opening = .other,
            stored: StoredContent? = nil
        ) {
            self.digest = digest
            self.contentBytes = contentBytes
            self.form = form
            self.condition = condition
            self.opening = opening
            self.stored = stored
        }
    }

    /// A read that says it put more bytes into its buffer than fit, or fewer than none.
    package struct InvalidReadCount: Error, Hashable, Sendable {
        /// The number that the read returned.
        package let count: Int
    }

    #if Libdeflate
    /// The size of a read, in bytes: a stored file below it is inflated as a whole.
    package static let inputCapacity = 512 * 1024
    /// The largest content of a file that is inflated as a whole, in bytes.
    private static let outputCapacity = 6 * 1024 * 1024
    private let wholeInflater: WholeInflater
    #else
    /// The size of a read, in bytes.
    package static let inputCapacity = 128 * 1024
    private static let outputCapacity = 256 * 1024
    #endif
    /// What is inflated in one step: the hash finds it in the processor's cache.
    private static let stepCapacity = 256 * 1024

    private let inflater: GzipInflater
    private let hasher: SHA256
    private let storedHasher: SHA256
    private let hashesStoredBytes: Bool
    private var storedBytes: UInt64 = 0
    private let input: UnsafeMutableRawBufferPointer
    private let output: UnsafeMutableRawBufferPointer
    private var contentBytes: UInt64 = 0
    private var content: [UInt8] = []

    /// The most memory that is kept from one collected content for the next, in bytes.
    private static let keptCapacity = 1 << 20

    /// A hasher.
    ///
    /// - Parameter hashesStoredBytes: Whether to hash the bytes as they are stored too, in the same pass.
    package init(hashesStoredBytes: Bool = false) throws(NativeError) {
        inflater = try GzipInflater()
        hasher = try SHA256()
        storedHasher = try SHA256()
        self.hashesStoredBytes = hashesStoredBytes
        #if Libdeflate
        wholeInflater = try WholeInflater()
        #endif
        unsafe input = .allocate(byteCount: Self.inputCapacity, alignment: 16)
        unsafe output = .allocate(byteCount: Self.outputCapacity, alignment: 16)
    }

    deinit {
        unsafe input.deallocate()
        unsafe output.deallocate()
    }

    /// Hashes what `read` yields.
    ///
    /// - Parameters:
    ///   - limits: Where to stop.
    ///   - storedBytes: The size of the object as it is stored, in bytes, asked for once it was read; 0 when it is not
    ///     known. A member that ends there is not asked for more.
    ///   - check: Called before every read, and for every piece of content; what it throws ends the pass.
    ///   - read: Fills the buffer with the next bytes and returns their number; 0 at the end.
    /// - Throws: What `read` and `check` throw; ``InvalidReadCount`` when it returns a number that cannot be; ``NativeError`` when
    ///   a library fails.
    package func hash(
        limits: Limits,
        storedBytes: @autoclosure () -> UInt64 = 0,
        check: () throws -> Void = {},
        read: (inout MutableRawSpan) throws -> Int
    ) throws -> Result {
        try run(limits: limits, collecting: false, storedBytes, check, read)
    }

    /// Hashes what `read` yields, and hands its content on as well: a copy is made only if that is still held when the
    /// next is collected.
    package func hashAndCollect(
        limits: Limits,
        storedBytes: @autoclosure () -> UInt64 = 0,
        check: () throws -> Void = {},
        read: (inout MutableRawSpan) throws -> Int
    ) throws -> (result: Result, content: [UInt8]) {
        if content.capacity > Self.keptCapacity { content = [] }
        content.removeAll(keepingCapacity: true)
        let result = try run(limits: limits, collecting: true, storedBytes, check, read)
        return (result, content)
    }

    /// Hashes a message of this process's own.
    package func hash(message: [UInt8]) throws(NativeError) -> SHA256Words {
        try hasher.reset()
        unsafe try hasher.update(message.span.bytes)
        return try hasher.finalize()
    }

    /// Hashes `bytes`.
    package func hash(_ bytes: [UInt8], limits: Limits) throws -> Result {
        try hash(bytes[...], limits: limits)
    }

    /// Hashes `bytes`.
    package func hash(
        _ bytes: ArraySlice<UInt8>,
        limits: Limits,
        check: () throws -> Void = {}
    ) throws -> Result {
        var rest = bytes
        return try hash(limits: limits, storedBytes: UInt64(bytes.count), check: check) { buffer in
            rest.moveBytes(to: &buffer)
        }
    }

    private func run(
        limits: Limits,
        collecting: Bool,
        _ storedBytes: () -> UInt64,
        _ check: () throws -> Void,
        _ read: (inout MutableRawSpan) throws -> Int
    ) throws -> Result {
        try hasher.reset()
        try inflater.reset()
        contentBytes = 0
        if hashesStoredBytes { try storedHasher.reset() }
        self.storedBytes = 0

        // The magic number decides, so the first two bytes must be there before anything is judged.
        var filled = 0
        while filled < 2 {
            let count = try fill(from: filled, check, read)
            if count == 0 { break }
            filled += count
        }
        let isGzip = unsafe filled >= 2 && input[0] == 0x1f && input[1] == 0x8b
        let opening = opening(filled)
        let condition =
            isGzip
            ? try inflateAll(filled, limits, collecting, storedBytes, check, read)
            : try passAll(filled, limits, collecting, check, read)
        return Result(
            digest: try hasher.finalize(),
            contentBytes: contentBytes,
            form: isGzip ? .gzip : .plain,
            condition: condition,
            opening: opening,
            stored: hashesStoredBytes ? .hashed(try storedHasher.finalize(), bytes: self.storedBytes) : nil
        )
    }

    /// What the input begins with, of which so many bytes are there.
    private func opening(_ filled: Int) -> Opening {
        if filled == 0 { return .nothing }
        let hasMark = unsafe filled > 3 && input[0] == 0xef && input[1] == 0xbb && input[2] == 0xbf
        return unsafe input[hasMark ? 3 : 0] == UInt8(ascii: "<") ? .markup : .other
    }

    private func fill(
        from offset: Int,
        _ check: () throws -> Void,
        _ read: (inout MutableRawSpan) throws -> Int
    ) throws -> Int {
        try check()
        var rest = unsafe MutableRawSpan(_unsafeBytes: input[offset...])
        let count = try read(&rest)
        // The number becomes the bounds of unchecked buffers, and whoever brings the storage wrote the read.
        guard (0...Self.inputCapacity - offset).contains(count) else { throw InvalidReadCount(count: count) }
        if hashesStoredBytes {
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: input[offset..<offset + count])
            unsafe try storedHasher.update(RawSpan(_unsafeBytes: bytes))
            storedBytes += UInt64(count)
        }
        return count
    }

    /// Hashes the first `count` bytes of `buffer`, and keeps them when they are wanted.
    private func take(_ count: Int, of buffer: UnsafeMutableRawBufferPointer, _ collecting: Bool) throws(NativeError) {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
        unsafe try hasher.update(RawSpan(_unsafeBytes: bytes))
        if collecting { unsafe content.append(contentsOf: bytes) }
        contentBytes += UInt64(count)
    }

    private func passAll(
        _ filled: Int,
        _ limits: Limits,
        _ collecting: Bool,
        _ check: () throws -> Void,
        _ read: (inout MutableRawSpan) throws -> Int
    ) throws -> Condition {
        var filled = filled
        while filled > 0 {
            if contentBytes + UInt64(filled) > limits.contentBytes { return .overContentLimit }
            unsafe try take(filled, of: input, collecting)
            filled = try fill(from: 0, check, read)
        }
        return .complete
    }

    private func inflateAll(
        _ filled: Int,
        _ limits: Limits,
        _ collecting: Bool,
        _ storedBytes: () -> UInt64,
        _ check: () throws -> Void,
        _ read: (inout MutableRawSpan) throws -> Int
    ) throws -> Condition {
        var filled = filled
        var consumed: UInt64 = 0
        #if Libdeflate
        var isAtEnd = false
        while filled < Self.inputCapacity, !isAtEnd, UInt64(filled) != storedBytes() {
            let count = try fill(from: filled, check, read)
            isAtEnd = count == 0
            filled += count
        }
        if isAtEnd || UInt64(filled) == storedBytes(), try inflateWhole(filled, limits, collecting) { return .complete }
        #endif
        while filled > 0 {
            var offset = 0
            while true {
                let step = try inflateStep(
                    from: offset,
                    to: filled,
                    isWhole: consumed == 0 && filled < Self.inputCapacity
                )
                offset += step.consumed
                consumed += UInt64(step.consumed)
                let total = contentBytes + UInt64(step.produced)
                if total > limits.contentBytes { return .overContentLimit }
                guard limits.ratio.allows(total, outOf: consumed) else { return .overRatioLimit }
                unsafe try take(step.produced, of: output, collecting)
                switch step.status {
                case .needsOutput:
                    try check()
                    continue
                case .needsInput:
                    break
                case .corrupt(let corruption):
                    return .corrupt(corruption)
                case .finished:
                    if offset < filled { return .trailingData }
                    if consumed == storedBytes() { return .complete }
                    return try fill(from: 0, check, read) > 0 ? .trailingData : .complete
                }
                break
            }
            filled = try fill(from: 0, check, read)
        }
        return .truncated
    }

    #if Libdeflate
    /// Inflates and hashes all of a stored file of `count` bytes; `false`, with nothing done, when that is not plainly
    /// one sound member within the limits.
    private func inflateWhole(_ count: Int, _ limits: Limits, _ collecting: Bool) throws(NativeError) -> Bool {
        // libdeflate does not check all that a header may hold beyond what RFC 1952 makes every one have: zlib does.
        guard count >= 18, unsafe input[2] == 8, unsafe input[3] == 0 else { return false }
        var target = unsafe MutableRawSpan(_unsafeBytes: output)
        guard let produced = unsafe wholeInflater.inflate(RawSpan(_unsafeBytes: input[..<count]), into: &target),
            UInt64(produced) <= min(limits.contentBytes, limits.ratio.floorBytes)
        else { return false }
        unsafe try take(produced, of: output, collecting)
        return true
    }
    #endif

    private func inflateStep(from offset: Int, to end: Int, isWhole: Bool) throws(NativeError) -> GzipInflater.Step {
        var target = unsafe MutableRawSpan(_unsafeBytes: output[..<Self.stepCapacity])
        return unsafe try inflater.inflate(
            RawSpan(_unsafeBytes: input[offset..<end]),
            into: &target,
            isWhole: isWhole
        )
    }
}
