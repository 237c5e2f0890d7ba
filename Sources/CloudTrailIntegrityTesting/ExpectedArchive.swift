public import CloudTrailIntegrity

/// What a source under test is to hold.
public struct ExpectedArchive: Sendable {
    /// The content of the files, by their paths.
    public var files: [ObjectKey: [UInt8]]
    /// Files that are listed and cannot be read, and why.
    public var unreadableFiles: [ObjectKey: ObjectReadError.Reason] = [:]
    /// Symbolic links.
    public var links: Set<ObjectKey> = []
    /// Devices, FIFOs and sockets.
    public var specialFiles: Set<ObjectKey> = []
    /// Folders that cannot be listed, without a `/` at the end.
    public var unreadableFolders: Set<ObjectKey> = []
    /// Folders in which nothing lies, with the `/` at the end, where the storage has such.
    public var emptyFolders: Set<ObjectKey> = []

    /// These files and nothing else.
    public init(files: [ObjectKey: [UInt8]]) {
        self.files = files
    }

    /// Files for a storage that is made for the test: names that begin alike or differ by case, folders in folders, more
    /// files in one folder than a small page holds, an empty file, and one that is larger than a buffer.
    ///
    /// - Parameter namesAreUTF8: Whether all names are UTF-8, for storage that takes no others.
    public static func sample(namesAreUTF8: Bool = false) -> ExpectedArchive {
        var files: [ObjectKey: [UInt8]] = [
            ObjectKey("empty"): [],
            ObjectKey("byte"): [0],
            ObjectKey("large"): (0..<100_003).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) },
            ObjectKey("a/b/c/d/e/deep"): Array("deep".utf8),
            // Folders and files whose names begin alike, and come in another order with a `/` behind them.
            ObjectKey("a/b-c"): Array("b-c".utf8),
            ObjectKey("a/b-c d/file"): Array("b-c d".utf8),
            ObjectKey("a/bc/file"): Array("bc".utf8),
            ObjectKey("a/b.json.gz"): Array("b".utf8),
            ObjectKey("ab/file"): Array("ab".utf8),
            ObjectKey("A/b/file"): Array("upper case".utf8),
            ObjectKey("names/é/%2F/file"): Array("é".utf8),
            ObjectKey("names/e\u{301}/file"): Array("e and an accent".utf8),
        ]
        for number in 0..<25 {
            files[ObjectKey("many/\(number)")] = Array("\(number)".utf8)
            if number < 12 { files[ObjectKey("folders/\(number)/file")] = Array("in folder \(number)".utf8) }
        }
        if !namesAreUTF8 {
            files[ObjectKey(bytes: Array("names/".utf8) + [0xff, 0xfe] + Array("/file".utf8))] = Array("bytes".utf8)
        }
        return ExpectedArchive(files: files)
    }
}
