/// Hands bytes out in pieces of chosen sizes, as a source would that returns short reads.
final class PieceReader {
    struct Failure: Error, Equatable {
        let offset: Int
    }

    /// How many reads there were, the one at the end included.
    private(set) var reads = 0
    private let bytes: [UInt8]
    private let sizes: [Int]
    private let failure: Int?
    private var offset = 0

    /// Pieces of `sizes`, over and over; ``Failure`` is thrown once `failure` bytes are out.
    init(_ bytes: [UInt8], sizes: [Int] = [.max], failingAt failure: Int? = nil) {
        self.bytes = bytes
        self.sizes = sizes
        self.failure = failure
    }

    func read(into buffer: inout MutableRawSpan) throws -> Int {
        let end = failure ?? bytes.count
        if failure == offset { throw Failure(offset: offset) }
        let count = min(sizes[reads % sizes.count], buffer.byteCount, end - offset)
        reads += 1
        unsafe buffer.withUnsafeMutableBytes { target in
            unsafe target.copyBytes(from: bytes[offset..<offset + count])
        }
        offset += count
        return count
    }
}
