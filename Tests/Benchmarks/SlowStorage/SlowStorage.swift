import CloudTrailFormat
internal import CloudTrailIntegrity

/// Validates an archive on storage that waits, with as many readers as it is told:
///
///     SlowStorage ARCHIVE KEYS SIGNATURES READERS MILLISECONDS
///
/// It prints `proven`, and the numbers of digest and log files that were.
@main
enum SlowStorage {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 6, let readers = Int(arguments[4]), let milliseconds = UInt32(arguments[5]) else {
            throw UsageError()
        }
        let keysPath = arguments[2]
        var keys = PublicKeySet()
        try keys.add(reading: content(of: keysPath), name: keysPath)
        var signatures = SignatureManifest()
        try signatures.add(reading: content(of: arguments[3]))

        var options = ValidationOptions()
        options.readers = readers
        let archive = SlowArchive(
            archive: try LocalArchive(path: arguments[1]),
            microsecondsPerRead: milliseconds * 1000
        )
        let report = try Validator(keys: keys, signatures: signatures, options: options).validate([archive])
        guard report.verdict() == .valid else { throw NotProven(findings: report.findings.count) }
        print("proven", report.digests.valid, report.logs.valid)
    }

    /// The whole file, read as an archive's files are.
    private static func content(of path: String) throws -> [UInt8] {
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let folder = start == path.startIndex ? "." : String(path[..<start])
        let file = try LocalArchive(path: folder).open(ObjectKey(path[start...]))
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            var span = buffer.mutableSpan
            var bytes = unsafe span.mutableBytes
            let count = try file.read(into: &bytes)
            if count == 0 { return content }
            content += buffer[..<count]
        }
    }

    private struct UsageError: Error, CustomStringConvertible {
        let description = "usage: SlowStorage ARCHIVE KEYS SIGNATURES READERS MILLISECONDS"
    }

    private struct NotProven: Error {
        let findings: Int
    }
}
