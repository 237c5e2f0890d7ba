import CloudTrailFormat

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
    let isZip = mode & 3 == 0 && stored.starts(with: [0x50, 0x4b, 3, 4]) && !isTar(stored)
    if isZip, let first { try checkNames(first, stored) }
    // A pipe has nothing twice.
    if mode & 2 == 0 { try require(try pass(archive) == first, "a second pass over the same bytes is another") }
}

/// Whether the bytes begin with the header of a tar archive's member: its sum of bytes, signed or not, is right.
private func isTar(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 512 else { return false }
    var stated = 0
    for byte in bytes[148..<156].drop(while: { $0 == UInt8(ascii: " ") }) {
        guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else { break }
        stated = stated * 8 + Int(byte - UInt8(ascii: "0"))
    }
    let spaces = 8 * Int(UInt8(ascii: " "))
    let others = bytes[..<148] + bytes[156..<512]
    return others.reduce(spaces) { $0 + Int($1) } == stated
        || others.reduce(spaces) { $0 + Int(Int8(bitPattern: $1)) } == stated
}

/// In a zip archive what can be read has the name that the directory gives it, and so does its own header. The names are
/// found without going by any offset, so there may be more of them than there are members.
private func checkNames(_ pass: Pass, _ bytes: [UInt8]) throws {
    let listed = names(behind: [0x50, 0x4b, 1, 2], lengthAt: 28, nameAt: 46, bytes)
    let local = names(behind: [0x50, 0x4b, 3, 4], lengthAt: 26, nameAt: 30, bytes)
    for path in pass.readable {
        try require(listed.contains(path), "\(path) is read and not in the directory")
        try require(local.contains(path), "\(path) is read, and no header has that name")
    }
}

/// The names in all records that may begin with a signature, as they are extracted.
private func names(behind signature: [UInt8], lengthAt: Int, nameAt: Int, _ bytes: [UInt8]) -> Set<ObjectKey> {
    var names: Set<ObjectKey> = []
    for start in bytes.indices where bytes[start...].starts(with: signature) && start + nameAt <= bytes.count {
        let count = Int(bytes[start + lengthAt]) | Int(bytes[start + lengthAt + 1]) << 8
        guard start + nameAt + count <= bytes.count else { continue }
        let components = bytes[start + nameAt..<start + nameAt + count]
            .split { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
            .filter { !$0.elementsEqual([UInt8(ascii: ".")]) }
        names.insert(ObjectKey(bytes: Array(components.joined(separator: [UInt8(ascii: "/")]))))
    }
    return names
}

/// What going through an archive came upon; `nil` when it turns out to be none.
private func pass(_ archive: ArchiveFile) throws -> Pass? {
    do { return try Pass(archive) } catch is ArchiveFileError { return nil }
}

/// What going through an archive came upon.
private struct Pass: Equatable {
    private var entries: [ArchiveEntry] = []
    private var contents: [[UInt8]] = []
    /// The paths of what could be read to its end.
    private(set) var readable: Set<ObjectKey> = []

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
                readable.insert(entry.path)
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
