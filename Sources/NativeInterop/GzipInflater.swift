internal import CZlib

/// A streaming inflater for one gzip member (RFC 1952) over zlib; reusable, owns one `z_stream`.
///
/// It stops at the end of the first member. What follows it in the input is for the caller to judge.
@safe package struct GzipInflater: ~Copyable {
    /// Why a container is broken.
    package enum Corruption: Hashable, Sendable {
        /// Not a gzip header, or a compressed stream that breaks the rules of RFC 1951.
        case stream
        /// The CRC-32 in the trailer is not the content's.
        case checksum
        /// The length in the trailer is not the content's.
        case length
    }

    /// What a step came to.
    package enum Status: Hashable, Sendable {
        /// All input was used up and the member goes on.
        case needsInput
        /// The output is full; there may be more for the same input.
        case needsOutput
        /// The member ended and its checksum and length hold.
        case finished
        /// The member is broken; nothing more comes out of it.
        case corrupt(Corruption)
    }

    /// How far a step went.
    package struct Step {
        /// Bytes taken from the input.
        package let consumed: Int
        /// Bytes put into the output.
        package let produced: Int
        /// Where the member stands after it.
        package let status: Status
    }

    // On the heap, because zlib keeps the address of the structure it was initialised with.
    private let stream: UnsafeMutablePointer<z_stream>

    /// An inflater at the start of a member.
    package init() throws(NativeError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15: the largest window; +16: a gzip header and trailer are required.
        let result = unsafe cloudtrail_inflate_init(stream, 15 + 16)
        guard result == Z_OK else {
            unsafe stream.deallocate()
            throw NativeError(function: "inflateInit2", reason: "zlib code \(result)")
        }
        unsafe self.stream = stream
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Forgets everything, ready for another member.
    package func reset() throws(NativeError) {
        let result = unsafe inflateReset(stream)
        guard result == Z_OK else { throw NativeError(function: "inflateReset", reason: "zlib code \(result)") }
    }

    /// Inflates from `input` into `output` until one of them is used up, or the member ends or proves to be broken.
    ///
    /// Neither may be larger than 4 GiB − 1.
    ///
    /// - Parameter isWhole: Whether the member probably ends in this input and its content fits into the output: zlib
    ///   then keeps no copy of the content for what may come. It may be wrong.
    package func inflate(
        _ input: RawSpan,
        into output: inout MutableRawSpan,
        isWhole: Bool = false
    ) throws(NativeError) -> Step {
        guard let inputCount = UInt32(exactly: input.byteCount), let outputCount = UInt32(exactly: output.byteCount)
        else { throw NativeError(function: "inflate", reason: "a buffer is larger than 4 GiB") }
        let result = unsafe input.withUnsafeBytes { source in
            unsafe output.withUnsafeMutableBytes { target in
                let next = unsafe source.bindMemory(to: UInt8.self).baseAddress
                // zlib never writes through next_in; its type lacks the const.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: next)
                unsafe stream.pointee.avail_in = inputCount
                unsafe stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
                unsafe stream.pointee.avail_out = outputCount
                return unsafe CZlib.inflate(stream, isWhole ? Z_FINISH : Z_NO_FLUSH)
            }
        }
        let consumed = unsafe Int(inputCount - stream.pointee.avail_in)
        let produced = unsafe Int(outputCount - stream.pointee.avail_out)
        let outputIsFull = unsafe stream.pointee.avail_out == 0
        unsafe stream.pointee.next_in = nil
        unsafe stream.pointee.next_out = nil
        let status: Status
        switch result {
        case Z_STREAM_END:
            status = .finished
        case Z_OK, Z_BUF_ERROR:
            status = outputIsFull ? .needsOutput : .needsInput
        case Z_DATA_ERROR, Z_NEED_DICT:
            status = .corrupt(corruption())
        default:
            throw NativeError(function: "inflate", reason: "zlib code \(result)")
        }
        return Step(consumed: consumed, produced: produced, status: status)
    }

    private func corruption() -> Corruption {
        guard let message = unsafe stream.pointee.msg else { return .stream }
        switch unsafe String(cString: message) {
        case "incorrect data check": return .checksum
        case "incorrect length check": return .length
        default: return .stream
        }
    }
}
