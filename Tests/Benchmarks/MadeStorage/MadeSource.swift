import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

/// The storage that a made archive lies in.
struct MadeSource: ObjectSource {
    let archive: MadeArchive
    let kept: KeptFile

    var name: String { "made" }
    var listsFolders: Bool { true }

    func list(_ visit: (ArchiveEntry) throws -> Void) throws {
        try list(below: ObjectKey(""), visit)
    }

    func list(below folder: ObjectKey, _ visit: (ArchiveEntry) throws -> Void) throws {
        let parts = folder.description.split(separator: "/").map(String.init)
        func isListed(_ name: String, at depth: Int) -> Bool { parts.count <= depth || parts[depth] == name }
        func add(_ key: String) throws {
            let path = ObjectKey(key)
            if path.hasPrefix(folder.bytes) { try visit(ArchiveEntry(path: path, kind: .file)) }
        }
        for account in archive.accounts where isListed(account, at: 1) {
            for category in ["CloudTrail", "CloudTrail-Digest"] where isListed(category, at: 2) {
                for region in archive.regions where isListed(region, at: 3) {
                    guard let chain = archive.chain(account: account, region: region) else { continue }
                    for hour in archive.hours(of: parts.dropFirst(4)) {
                        if category == "CloudTrail-Digest" {
                            try add(archive.digestKey(chain, hour))
                        } else {
                            for log in 0..<archive.shape.logs { try add(archive.logKey(chain, hour, log)) }
                        }
                    }
                }
            }
        }
    }

    func list(in folder: ObjectKey, _ visit: (FolderItem) throws -> Void) throws {
        let parts = folder.description.split(separator: "/")
        let names: [String]
        switch parts.count {
        case 0: names = ["AWSLogs"]
        case 1: names = archive.accounts
        case 2: names = ["CloudTrail", "CloudTrail-Digest"]
        case 3: names = archive.regions
        default:
            return try listDays(in: folder, visit)
        }
        for name in names { try visit(.folder(ObjectKey("\(folder)\(name)/"))) }
    }

    /// The folders of years, months and days; the files of a day.
    private func listDays(in folder: ObjectKey, _ visit: (FolderItem) throws -> Void) throws {
        let parts = folder.description.split(separator: "/").map(String.init)
        if parts.count > 6 { return try list(below: folder) { try visit(.entry($0)) } }
        guard let chain = archive.chain(account: parts[1], region: parts[3]) else { return }
        var last: ObjectKey?
        for hour in 0..<archive.shape.hours {
            let keys =
                parts[2] == "CloudTrail"
                ? [0, archive.shape.logs - 1].map { archive.logKey(chain, hour, $0) }
                : [archive.digestKey(chain, hour)]
            for key in keys.map({ ObjectKey($0) }) where key.hasPrefix(folder.bytes) {
                let slash = key.bytes[folder.bytes.count...].firstIndex(of: UInt8(ascii: "/"))
                guard let slash else { continue }
                let subfolder = ObjectKey(bytes: key.bytes[...slash])
                if subfolder != last { try visit(.folder(subfolder)) }
                last = subfolder
            }
        }
    }

    func open(_ path: ObjectKey) throws -> any OpenObject {
        let parts = path.description.split(separator: "/")
        guard parts.count == 8 else { throw ObjectReadError(.vanished, "there is no such file") }
        if parts[2] == "CloudTrail" { return MadeObject(archive.log) }
        let time = parts[7].dropLast(".json.gz".count).suffix(16)
        guard let chain = archive.chain(account: String(parts[1]), region: String(parts[3])),
            let hour = archive.hour(endingAt: time)
        else { throw ObjectReadError(.vanished, "there is no such file") }
        let number = chain.number * archive.shape.hours + hour
        let content = archive.digest(chain, hour, after: hour == 0 ? nil : try kept.read(number - 1))
        var deflater = try GzipDeflater(level: 0)
        return MadeObject(try deflater.compress(content))
    }
}

private final class MadeObject: OpenObject {
    private let content: [UInt8]
    private var position = 0

    init(_ content: [UInt8]) { self.content = content }

    var storedBytes: UInt64? { UInt64(content.count) }

    func read(into buffer: inout MutableRawSpan) throws -> Int {
        let count = min(buffer.byteCount, content.count - position)
        unsafe buffer.withUnsafeMutableBytes { target in
            unsafe target.copyBytes(from: content[position..<position + count])
        }
        position += count
        return count
    }
}
