internal import CloudTrailIntegrity
internal import NativeInterop

/// The folders that an archive lies in. What a verdict rests on does not lie there, and nothing is written there (I2).
///
/// A file lies in a folder by whatever way it gets there: by its path, by links, or by a mount of a folder of the archive
/// elsewhere, or of another folder in the archive (I12, I33).
struct ArchiveRoots {
    private struct Root {
        let path: ByteString
        let folder: OpenFolder
    }

    /// A file that must not lie there.
    private struct Candidate {
        let location: FileLocation
        /// Whether what is there is read; a file that is only written is replaced, and its other names stay what they are.
        let isRead: Bool
        /// What to say when it does, of the path in the archive.
        let refusal: (ByteString) -> CommandError
    }

    private let roots: [Root]
    private var candidates: [Candidate] = []

    /// The roots of these archives that are folders.
    init(_ archives: [any ArchiveSource] = []) throws(CommandError) {
        var roots: [Root] = []
        for case let archive as LocalArchive in archives {
            do throws(SystemError) {
                let folder = try OpenFolder(behind: archive.rootDescriptor)
                roots.append(Root(path: archive.nameBytes, folder: folder))
            } catch {
                throw CommandError(.noInput, "The archive '\(archive.nameBytes)' could not be listed: \(error)")
            }
        }
        self.roots = roots
    }

    // MARK: What must not lie there

    /// Takes in files that are read.
    mutating func keepOut(_ files: [NamedFile]) {
        for file in files {
            keepOut(file.location) { archive in
                let way =
                    file.role == .keys
                    ? "keys must not come from where what they prove came from"
                    : "whoever changes the archive can change it there: keep it apart"
                return "The \(file.role.purpose) '\(file.path)' lies in the archive '\(archive)': \(way)"
            }
        }
    }

    /// Takes in a file.
    ///
    /// - Parameters:
    ///   - isRead: Whether what is there is read.
    ///   - message: What to say when it lies there, of the path in the archive.
    mutating func keepOut(
        _ location: FileLocation,
        isRead: Bool = true,
        _ message: @escaping (ByteString) -> String
    ) {
        candidates.append(Candidate(location: location, isRead: isRead) { CommandError(.usage, message($0)) })
    }

    /// Refuses what was taken in and lies in an archive. Nothing may be made before that is known.
    ///
    /// - Returns: The roots, which nothing may have been moved below when it is written.
    /// - Throws: ``CommandError``; `CancellationError` after a signal.
    func check(_ monitor: ValidationMonitor) throws -> Set<Inode> {
        for candidate in candidates {
            if let root = roots.first(where: { candidate.location.folders.contains($0.folder.inode) }) {
                throw candidate.refusal(root.path)
            }
        }
        let inodes = Set(roots.map(\.folder.inode))
        let mounts = MountTable()
        var search = AliasSearch(monitor)
        for (number, candidate) in candidates.enumerated() {
            if candidate.location.mayHaveOtherFolders(mounts) { search.add(candidate.location.folders, number) }
            if candidate.isRead, candidate.location.hasOtherNames, let file = candidate.location.inode {
                search.add(file, number)
            }
        }
        for root in roots where !search.isEmpty {
            guard let found = try search.first(in: root.folder) else { continue }
            throw candidates[found.number].refusal(root.path + "/" + found.path)
        }
        return inodes
    }
}

/// Looks in all folders of an archive for some that lie elsewhere too.
private struct AliasSearch {
    private let monitor: ValidationMonitor
    private var folders: [Inode: Int] = [:]
    private var files: [Inode: Int] = [:]

    init(_ monitor: ValidationMonitor) {
        self.monitor = monitor
    }

    var isEmpty: Bool { folders.isEmpty && files.isEmpty }

    /// Adds the folders that what has this number lies in.
    mutating func add(_ inodes: Set<Inode>, _ number: Int) {
        for inode in inodes { folders[inode] = number }
    }

    /// Adds the file that has this number.
    mutating func add(_ file: Inode, _ number: Int) {
        files[file] = number
    }

    /// The first that is found below a folder, and its path there. What cannot be read is passed over, as it is not in
    /// the archive either: it is listed as unreadable, and there is no VALID.
    func first(in root: OpenFolder) throws -> (number: Int, path: ByteString)? {
        let numbers = Set(files.keys.map(\.number))
        let top = try names(in: root, "", numbers)
        if let file = top.file { return file }
        var levels = [Level(folder: root, path: "", names: top.folders)]
        while var level = levels.popLast() {
            guard let name = level.names.popLast() else { continue }
            let path = level.path.isEmpty ? name : level.path + "/" + name
            let parent = level.folder
            levels.append(level)
            if monitor.isCancelled { throw CancellationError() }
            guard let status = (try? parent.status(of: name)) ?? nil, status.kind == .folder else { continue }
            if let number = folders[status.inode] { return (number, path) }
            let isTooDeep =
                path.bytes.count > LocalArchive.maximumPathBytes || levels.count >= LocalArchive.maximumDepth
            guard !isTooDeep else { continue }
            let folder: OpenFolder
            do throws(SystemError) {
                folder = try parent.folder(name)
            } catch {
                if error.isExhaustion { throw Self.failure(path, error) }
                continue
            }
            let inside = try names(in: folder, path, numbers)
            if let file = inside.file { return file }
            if !inside.folders.isEmpty { levels.append(Level(folder: folder, path: path, names: inside.folders)) }
        }
        return nil
    }

    private struct Level {
        let folder: OpenFolder
        let path: ByteString
        /// The folders in it that are still to be looked at.
        var names: [ByteString]
    }

    private typealias Names = (folders: [ByteString], file: (number: Int, path: ByteString)?)

    private func names(in folder: OpenFolder, _ path: ByteString, _ numbers: Set<UInt64>) throws -> Names {
        if files.isEmpty, folder.isLeaf { return ([], nil) }
        let entries: [OpenFolder.Entry]
        do throws(SystemError) {
            entries = try folder.entries { kind, number in kind == .folder || numbers.contains(number) }
        } catch {
            if error.isExhaustion { throw Self.failure(path, error) }
            return ([], nil)
        }
        for entry in entries where entry.kind != .folder {
            let inode = Inode(device: folder.inode.device, number: entry.number)
            if let number = files[inode] { return ([], (number, path.isEmpty ? entry.name : path + "/" + entry.name)) }
        }
        return (entries.filter { $0.kind == .folder }.map(\.name), nil)
    }

    private static func failure(_ path: ByteString, _ error: SystemError) -> CommandError {
        CommandError(.noInput, "The archive's folder '\(path)' could not be looked at: \(error.description)")
    }
}
