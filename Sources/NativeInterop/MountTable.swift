#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What is mounted, as far as it tells whether one folder may be reached by two paths.
package struct MountTable: Sendable {
    /// For each device, the folders of its file system that are mounted.
    private var roots: [UInt64: [ByteString]] = [:]

    private static let maximumBytes = 16 << 20

    /// The mounts that this process sees; `nil` where the system does not tell.
    package init?() {
        let descriptor = unsafe open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let text = try? SystemCall.readAll(descriptor, limit: Self.maximumBytes) else { return nil }
        self.init(reading: text)
    }

    /// Reads lines as `proc(5)` describes them: `36 35 98:0 /root /mount/point …`.
    ///
    /// - Returns: `nil` when one of them is not such a line.
    init?(reading text: [UInt8]) {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 4)
            guard fields.count == 5, let device = Self.device(fields[2]) else { return nil }
            roots[device, default: []].append(ByteString(bytes: fields[3]))
        }
        if roots.isEmpty { return nil }
    }

    /// A device as `stat` numbers it, from `major:minor`.
    private static func device(_ field: ArraySlice<UInt8>) -> UInt64? {
        let parts = String(decoding: field, as: UTF8.self).split(separator: ":")
        guard parts.count == 2, let major = UInt32(parts[0]), let minor = UInt32(parts[1]) else { return nil }
        let (high, low) = (UInt64(major), UInt64(minor))
        return (high & 0xfff) << 8 | (high & ~0xfff) << 32 | low & 0xff | (low & ~0xff) << 12
    }

    /// Whether a folder on this device may be in two places at once: because a folder is mounted twice, or one and what it
    /// lies in are, or because `stat` and the table do not number the device alike, as for the subvolumes of btrfs.
    package func mayAlias(_ device: UInt64) -> Bool {
        guard let roots = roots[device] else { return true }
        // What begins alike stands side by side. A `/` at the end makes it begin alike only where a folder does.
        let folders = roots.map { $0 == "/" ? $0.bytes : $0.bytes + [UInt8(ascii: "/")] }
            .sorted { $0.lexicographicallyPrecedes($1) }
        return zip(folders, folders.dropFirst()).contains { $1.starts(with: $0) }
            || roots.count > 1
                && folders.contains { $0.first != UInt8(ascii: "/") || $0.starts(with: Array("/..".utf8)) }
    }
}
