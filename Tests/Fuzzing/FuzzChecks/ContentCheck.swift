import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop

/// Content in reads of any size.
///
/// The first byte says how: its lowest bit has the rest compressed, the next takes small limits, the upper half is the
/// number of read sizes that follow it, two bytes each. What remains is the content.
func checkContent(_ bytes: [UInt8]) throws {
    var input = FuzzInput(bytes)
    let mode = input.byte()
    let sizes = (0..<Int(mode >> 4)).map { _ in 1 + Int(input.number()) }
    var stored = input.rest()
    let plain = stored
    if mode & 1 != 0 {
        var deflater = try GzipDeflater(level: Int(mode >> 1) % 10)
        stored = try deflater.compress(stored)
    }
    let limits =
        mode & 2 != 0
        ? ContentHasher.Limits(contentBytes: 2048, ratio: InflateRatio(16, floorBytes: 512))
        : ContentHasher.Limits(contentBytes: 1 << 30, ratio: InflateRatio(256, floorBytes: 1 << 30))
    let hasher = try ContentHasher()
    let (whole, content) = try hasher.hashAndCollect(limits: limits, bytes: stored, sizes: [])
    try require(whole.contentBytes == UInt64(content.count), "what was hashed is not what was handed on")
    try require(try SHA256Digest.of(content) == whole.sha256, "the content has another hash at one go")
    try require(whole.contentBytes <= limits.contentBytes, "more than the limit was hashed")
    let pieces = try hasher.hashAndCollect(limits: limits, bytes: stored, sizes: sizes)
    if mode & 2 == 0 {
        try require(pieces.result == whole, "reads of \(sizes) make \(pieces.result), one makes \(whole)")
        try require(pieces.content == content, "reads of \(sizes) make another content")
    }
    let isGzip = stored.starts(with: [0x1f, 0x8b])
    try require((whole.form == .gzip) == isGzip, "the magic number does not decide")
    if mode & 2 != 0 { return }
    if mode & 1 != 0 {
        try require(whole.condition == .complete && content == plain, "what was compressed does not come back")
    }
    if isGzip {
        try checkAtOneGo(stored, whole, content)
    } else {
        try require(whole.condition == .complete && content == stored, "plain content is not passed as it is")
    }
}

/// The same through the inflater alone, with all of the input and a buffer that holds all of the output.
private func checkAtOneGo(_ stored: [UInt8], _ whole: ContentHasher.Result, _ content: [UInt8]) throws {
    let inflater = try GzipInflater()
    var output = [UInt8](repeating: 0, count: content.count + 1)
    let step = try unsafe output.withUnsafeMutableBytes { target in
        var span = unsafe MutableRawSpan(_unsafeBytes: target)
        return unsafe try inflater.inflate(stored.span.bytes, into: &span)
    }
    try require(output.prefix(step.produced).elementsEqual(content), "at one go the content is another")
    let condition: ContentHasher.Condition =
        switch step.status {
        case .needsInput, .needsOutput: .truncated
        case .corrupt(let corruption): .corrupt(corruption)
        case .finished: step.consumed == stored.count ? .complete : .trailingData
        }
    try require(condition == whole.condition, "at one go it is \(condition), not \(whole.condition)")
}

extension ContentHasher {
    /// Hashes `bytes`, handed out in pieces of `sizes`, over and over; with none, as much as is asked for.
    func hashAndCollect(
        limits: Limits,
        bytes: [UInt8],
        sizes: [Int]
    ) throws -> (result: Result, content: [UInt8]) {
        var offset = 0
        var number = 0
        return try hashAndCollect(limits: limits) { buffer in
            let size = sizes.isEmpty ? buffer.byteCount : sizes[number % sizes.count]
            number += 1
            return buffer.fill(from: bytes, &offset, atMost: size)
        }
    }
}

extension MutableRawSpan {
    /// Takes the next of `bytes`, from `offset` on, and returns their number.
    mutating func fill(from bytes: [UInt8], _ offset: inout Int, atMost limit: Int = .max) -> Int {
        let count = min(byteCount, bytes.count - offset, limit)
        unsafe withUnsafeMutableBytes { target in
            unsafe target.copyBytes(from: bytes[offset..<offset + count])
        }
        offset += count
        return count
    }
}
