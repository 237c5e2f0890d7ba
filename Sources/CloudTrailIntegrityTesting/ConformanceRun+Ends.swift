internal import CloudTrailIntegrity

extension ConformanceRun {
    /// Objects that are let go before they are read, in the middle, and at their end: the storage may hold none of them.
    mutating func checkObjectsEnd() {
        for (path, content) in expected.files {
            for bytes in [0, 1, content.count + 1] where isHeld(path, after: bytes) {
                note(.leftOpen, "the object of \(path.quoted) is to end with its last reference, and is still there")
                break
            }
        }
    }

    /// Whether an object is still there when nobody holds it any more here.
    private func isHeld(_ path: ObjectKey, after bytes: Int) -> Bool {
        weak var object: AnyObject?
        do {
            let opened = try source.open(path)
            guard type(of: opened) is AnyClass else { return false }
            object = opened as AnyObject
            if bytes == 1 { _ = try opened.read1() }
            if bytes > 1 { _ = try opened.contentAndFault(size: 1 << 16, limit: bytes + 4096) }
        } catch {
            return false
        }
        return object != nil
    }
}

extension OpenObject {
    /// Reads one byte.
    fileprivate func read1() throws -> Int {
        var buffer: [UInt8] = [0]
        var span = buffer.mutableSpan
        var bytes = unsafe span.mutableBytes
        return try read(into: &bytes)
    }
}
