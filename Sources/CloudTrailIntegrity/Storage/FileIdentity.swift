internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

extension Inode {
    /// Which file or folder a status is of.
    init(_ status: stat) {
        self.init(
            device: UInt64(truncatingIfNeeded: status.st_dev),
            number: UInt64(truncatingIfNeeded: status.st_ino)
        )
    }
}

/// Which file it is, and what changes with its content.
struct FileIdentity: Equatable {
    private let inode: Inode
    private let size: Int64
    private let modified: FileTime

    init(_ status: stat) {
        inode = Inode(status)
        size = Int64(status.st_size)
        modified = status.modificationTime
    }

    /// The file behind a descriptor; `nil` when it cannot be asked.
    init?(_ descriptor: CInt) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }
}

/// A time as file systems keep it.
struct FileTime: Equatable {
    private let seconds: Int64
    private let parts: Int64

    /// The time so many seconds and nanoseconds after 1970-01-01T00:00:00Z.
    init(seconds: Int64, nanoseconds: Int64) {
        self.seconds = seconds
        parts = nanoseconds
    }

    fileprivate init(_ time: timespec) {
        self.init(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }

    /// The nanoseconds since 1970-01-01T00:00:00Z; `nil` when that number does not fit.
    var nanoseconds: Int64? {
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = whole.addingReportingOverflow(parts)
        return overflow || carry ? nil : sum
    }
}

extension stat {
    var metadata: ObjectMetadata {
        ObjectMetadata(
            storedBytes: UInt64(clamping: st_size),
            modified: modificationTime.nanoseconds,
            statusChanged: statusTime.nanoseconds,
            fileNumber: UInt64(truncatingIfNeeded: st_ino)
        )
    }

    /// When the content changed last.
    var modificationTime: FileTime {
        #if canImport(Darwin)
        FileTime(st_mtimespec)
        #else
        FileTime(st_mtim)
        #endif
    }

    /// When the content, the name or anything else of the file changed last.
    var statusTime: FileTime {
        #if canImport(Darwin)
        FileTime(st_ctimespec)
        #else
        FileTime(st_ctim)
        #endif
    }
}
