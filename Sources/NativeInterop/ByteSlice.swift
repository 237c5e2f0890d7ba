extension ArraySlice<UInt8> {
    /// Moves as many of the first bytes as fit to the begin of `buffer`; they are dropped here.
    ///
    /// - Returns: Their number.
    package mutating func moveBytes(to buffer: inout MutableRawSpan) -> Int {
        let piece = prefix(buffer.byteCount)
        unsafe buffer.withUnsafeMutableBytes { target in
            unsafe piece.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
        self = dropFirst(piece.count)
        return piece.count
    }
}
