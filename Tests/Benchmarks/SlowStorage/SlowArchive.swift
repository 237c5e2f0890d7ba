import CloudTrailFormat
internal import CloudTrailIntegrity

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// An archive in a folder that answers each read as late as distant storage does. Listing takes no time.
struct SlowArchive: ObjectSource {
    let archive: LocalArchive
    let microsecondsPerRead: UInt32

    var name: String { archive.name }

    func list(_ visit: (ArchiveEntry) throws -> Void) throws {
        try archive.list(visit)
    }

    func open(_ path: ObjectKey) throws -> any OpenObject {
        SlowObject(object: try archive.open(path), microsecondsPerRead: microsecondsPerRead)
    }
}

private struct SlowObject: OpenObject {
    let object: any OpenObject
    let microsecondsPerRead: UInt32

    var storedBytes: UInt64? { object.storedBytes }

    func read(into buffer: inout MutableRawSpan) throws -> Int {
        usleep(microsecondsPerRead)
        return try object.read(into: &buffer)
    }

    func signatureMetadata() throws -> SignatureMetadata? {
        try object.signatureMetadata()
    }

    func checkUnchanged() throws {
        try object.checkUnchanged()
    }
}
