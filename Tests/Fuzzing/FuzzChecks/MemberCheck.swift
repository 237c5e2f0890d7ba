#if ArchiveFiles
import CloudTrailIntegrity
import NativeInterop

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Tar and zip files: the first byte says how the rest is stored and comes, as gzip or as it is, by a pipe or as a file.
func checkMembers(_ bytes: [UInt8]) throws {
    var input = FuzzInput(bytes)
    let mode = input.byte()
    var stored = input.rest()
    if mode & 1 != 0 {
        var deflater = try GzipDeflater(level: 1)
        stored = try deflater.compress(stored)
    }
    var limits = Limits()
    (limits.inflateRatio, limits.ratioFloorBytes) = (64, 1 << 20)
    let descriptor = mode & 2 != 0 ? try pipe(stored) : try file(stored)
    defer { close(descriptor) }
    guard let archive = try? ArchiveFile(fileDescriptor: descriptor, name: "archive", limits: limits) else { return }
    let first = try pass(archive)
    // A pipe has nothing twice.
    if mode & 2 == 0 { try require(try pass(archive) == first, "a second pass over the same bytes is another") }
}

/// What going through an archive came upon; `nil` when it turns out to be none.
private func pass(_ archive: ArchiveFile) throws -> Pass? {
    do { return try Pass(archive) } catch is ArchiveFileError { return nil }
}

/// What going through an archive came upon.
private struct Pass: Equatable {
    private var entries: [ArchiveEntry] = []
    private var contents: [[UInt8]] = []

    init(_ archive: ArchiveFile) throws {
        var isOver = false
        var buffer = [UInt8](repeating: 0, count: 4096)
        var total = 0
        try archive.forEachObject(check: {}) { entry, object in
            try require(!isOver, "something is visited behind what could not be read")
            if entry.path.bytes.isEmpty { isOver = true }
            for component in entry.path.components where !isOver {
                let isPlain = !component.isEmpty && !component.elementsEqual([UInt8(ascii: ".")])
                try require(isPlain, "a path is not as tar extracts it")
            }
            entries.append(entry)
            guard let object else { return }
            var content: [UInt8] = []
            do {
                while total < 8 << 20 {
                    var span = buffer.mutableSpan
                    var bytes = unsafe span.mutableBytes
                    let count = try object.read(into: &bytes)
                    if count == 0 { break }
                    try require((1...buffer.count).contains(count), "a read of \(count) bytes")
                    content += buffer[..<count]
                    total += count
                }
                _ = try object.signatureMetadata()
            } catch is ObjectReadError {
                content.append(0)
            }
            contents.append(content)
        }
    }
}

/// A pipe that holds `bytes`, as many as fit.
private func pipe(_ bytes: [UInt8]) throws -> CInt {
    var ends: [CInt] = [-1, -1]
    try require(unsafe pipe(&ends) == 0, "there is no pipe")
    defer { close(ends[1]) }
    let piece = bytes.prefix(32 << 10)
    try require(
        unsafe piece.withUnsafeBytes { unsafe write(ends[1], $0.baseAddress, $0.count) } == piece.count,
        "no room"
    )
    return ends[0]
}

/// A file without a name that holds `bytes`.
private func file(_ bytes: [UInt8]) throws -> CInt {
    var name = Array("/tmp/fuzz-XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&name)
    try require(descriptor >= 0, "there is no file")
    unsafe unlink(name)
    try require(unsafe write(descriptor, bytes, bytes.count) == bytes.count, "no room")
    lseek(descriptor, 0, SEEK_SET)
    return descriptor
}
#endif
