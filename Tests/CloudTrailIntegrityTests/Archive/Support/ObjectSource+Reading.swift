import CloudTrailFormat
import CloudTrailIntegrity

extension OpenObject {
    /// What is left of the file, read in pieces of a few bytes.
    func readAll(pieces: Int = 64) throws -> [UInt8] {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: pieces)
        while true {
            let count = try unsafe buffer.withUnsafeMutableBytes { bytes in
                var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
                return try read(into: &span)
            }
            if count == 0 { return content }
            content += buffer[..<count]
        }
    }
}

extension ObjectSource {
    /// The file's content as text.
    func text(_ path: String) throws -> String {
        String(decoding: try open(ObjectKey(path)).readAll(), as: UTF8.self)
    }

    func entries() throws -> [ArchiveEntry] {
        var entries: [ArchiveEntry] = []
        try list { entries.append($0) }
        return entries
    }

    /// Why the file cannot be opened; `nil` when it can.
    func openingError(_ path: String) -> ObjectReadError.Reason? {
        do {
            _ = try open(ObjectKey(path))
            return nil
        } catch {
            return (error as? ObjectReadError)?.reason
        }
    }
}
