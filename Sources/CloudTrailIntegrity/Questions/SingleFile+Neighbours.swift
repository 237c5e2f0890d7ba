internal import CloudTrailFormat
internal import CloudTrailRules
internal import NativeInterop

/// Where other digest files of its chain lie when a digest file is a single file.
extension SingleFile {
    /// Where an object may lie when another one is at `path`: where its key maps to by what the other's path and key have
    /// in common, and in the same folder.
    static func paths(of wanted: ObjectKey, beside path: ObjectKey, key: ObjectKey) -> [ObjectKey] {
        let wanted = wanted.collapsed
        // What is not a digest file is not opened, whatever names it.
        if wanted.hasUnsafeComponent || DigestFileName(wanted) == nil { return [] }
        var paths: [ObjectKey] = []
        let components = path.compressedName.components
        let keyComponents = key.collapsed.components
        let common = zip(components.reversed(), keyComponents.reversed()).prefix { $0.elementsEqual($1) }.count
        if common > 0 {
            let keyHead = keyComponents.dropLast(common)
            let wantedComponents = wanted.components
            if wantedComponents.count > keyHead.count,
                zip(keyHead, wantedComponents).allSatisfy({ $0.elementsEqual($1) })
            {
                let all = components.dropLast(common) + wantedComponents.dropFirst(keyHead.count)
                paths.append(ObjectKey(bytes: Array(all.joined(separator: [UInt8(ascii: "/")]))))
            }
        }
        let besides = ObjectKey(bytes: path.folder + wanted.lastComponent)
        if !paths.contains(besides) { paths.append(besides) }
        // A download may have decompressed it.
        return paths.flatMap { path in
            path.hasSuffix(".json.gz") ? [path, ObjectKey(bytes: path.bytes.dropLast(3))] : [path]
        }
    }

    /// The digest files that may name this one as their predecessor, by their names: of its chain and later, in its folder,
    /// and in the folder that its key and that of the next day map to. Those come first whose end is nearest to an hour
    /// later.
    ///
    /// - Parameter key: The key of this file.
    func digests(after key: ObjectKey) -> [ObjectKey] {
        let key = key.collapsed
        guard let name = DigestFileName(key) else { return [] }
        let expected = name.endTime.advanced(bySeconds: ChainClock.hour)
        let next = DigestFileName(chain: name.chain, endTime: expected).bytes
        var folders: [ObjectKey] = []
        for folder in Self.dayFolders(from: key.folder, of: name.endTime) {
            for path in Self.paths(of: ObjectKey(bytes: folder + next), beside: resolvedPath, key: key) {
                let folder = ObjectKey(bytes: path.folder)
                if !folders.contains(folder) { folders.append(folder) }
            }
        }
        var found: [(distance: Int64, path: ObjectKey)] = []
        for folder in folders {
            let names = try? OpenFolder(at: ByteString(bytes: folder.bytes)).entries { kind, _ in kind == .file }
            for entry in names ?? [] {
                guard let other = DigestFileName(ObjectKey(bytes: entry.name.bytes)), other.chain == name.chain,
                    other.endTime > name.endTime
                else { continue }
                let path = ObjectKey(bytes: folder.bytes + entry.name.bytes)
                found.append((abs(other.endTime.seconds(since: expected)), path))
            }
        }
        return found.sorted { ($0.distance, $0.path) < ($1.distance, $1.path) }.map(\.path)
    }

    /// A folder of keys, and where that is the folder of a day, that of the day after.
    private static func dayFolders(from folder: ArraySlice<UInt8>, of time: Timestamp) -> [[UInt8]] {
        let day = Array("\(time.dayFolder)/".utf8)
        guard folder.count >= day.count, folder.suffix(day.count).elementsEqual(day) else { return [Array(folder)] }
        let next = time.advanced(bySeconds: 24 * ChainClock.hour).dayFolder
        return [Array(folder), Array(folder.dropLast(day.count)) + "\(next)/".utf8]
    }

    /// The way to a path without links from the folder of this file.
    func path(to path: ObjectKey) -> ObjectKey {
        let folders = resolvedPath.components.dropLast()
        let components = path.components
        let common = zip(folders, components.dropLast()).prefix { $0.elementsEqual($1) }.count
        let up = [UInt8](repeatElement("../".utf8, count: folders.count - common).joined())
        return ObjectKey(bytes: up + components.dropFirst(common).joined(separator: [UInt8(ascii: "/")]))
    }
}
