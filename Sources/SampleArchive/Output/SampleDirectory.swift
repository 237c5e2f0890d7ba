#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A directory that was new or empty, into which files are written below folders made on the way.
final class SampleDirectory {
    private let root: String
    /// The folders that are there, relative to the root: each is made once.
    private var folders: Set<String> = [""]
    private var lastFolder = ""

    /// Makes the directory at `path`, or takes it when it is empty.
    init(creating path: String) throws(SampleArchiveError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw .invalidOption("directory", path, "give the path of a new or an empty directory")
        }
        root = path
        if unsafe mkdir(path, 0o755) != 0 {
            guard errno == EEXIST else { throw .inputOutput(path, "make the directory", errno) }
            try Self.requireEmpty(path)
        }
        try makeFolder("archive")
    }

    /// Writes a new file at `path` below the directory.
    func write(_ content: [UInt8], at path: String) throws(SampleArchiveError) {
        if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
            let folder = path[..<slash]
            if folder != lastFolder {
                try makeFolder(String(folder))
                lastFolder = String(folder)
            }
        }
        let file = try OutputFile(creating: root + "/" + path)
        try file.write(content)
        try file.close()
    }

    private func makeFolder(_ folder: String) throws(SampleArchiveError) {
        guard folders.insert(folder).inserted else { return }
        if let slash = folder.utf8.lastIndex(of: UInt8(ascii: "/")) {
            try makeFolder(String(folder[..<slash]))
        }
        let path = root + "/" + folder
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw .inputOutput(path, "make the folder", errno)
        }
    }

    private static func requireEmpty(_ path: String) throws(SampleArchiveError) {
        guard let stream = unsafe opendir(path) else { throw .inputOutput(path, "read the directory", errno) }
        defer { unsafe closedir(stream) }
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else { throw .inputOutput(path, "read the directory", errno) }
                return
            }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe Array(bytes.prefix { $0 != 0 })
            }
            guard name == Array(".".utf8) || name == Array("..".utf8) else { throw .directoryNotEmpty(path) }
        }
    }
}
