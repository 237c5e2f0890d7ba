public import CCloudTrailIntegrity
internal import CloudTrailIntegrity

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A source as C holds it.
final class Source: Sendable {
    let source: any ArchiveSource

    init(_ source: any ArchiveSource) {
        self.source = source
    }
}

/// The folder at a path.
@c @implementation
public func cti_source_open_folder(
    _ path: UnsafePointer<CChar>?,
    _ source: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> cti_status {
    unsafe attempt(error) {
        let output = try unsafe Arguments.output(source, "source")
        guard let path = unsafe path else { throw Failure.null("path") }
        let archive = try opened(unsafe String(cString: path)) {
            // Its bytes, which need not be UTF-8.
            try unsafe LocalArchive(pathBytes: UnsafeRawBufferPointer(start: path, count: strlen(path)))
        }
        unsafe output.pointee = Handle.make(Source(archive))
    }
}

/// The tar or zip file at a path.
@c @implementation
public func cti_source_open_file(
    _ path: UnsafePointer<CChar>?,
    _ source: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> cti_status {
    unsafe attempt(error) {
        let output = try unsafe Arguments.output(source, "source")
        guard let path = unsafe path else { throw Failure.null("path") }
        let archive = try opened(unsafe String(cString: path)) {
            #if ArchiveFiles
            try unsafe ArchiveFile(pathBytes: UnsafeRawBufferPointer(start: path, count: strlen(path)))
            #else
            throw ArchiveFilesMissing()
            #endif
        }
        unsafe output.pointee = Handle.make(Source(archive))
    }
}

/// The tar or zip archive that comes out of a descriptor.
@c @implementation
public func cti_source_open_descriptor(
    _ descriptor: CInt,
    _ name: UnsafePointer<CChar>?,
    _ source: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> cti_status {
    unsafe attempt(error) {
        let output = try unsafe Arguments.output(source, "source")
        let name = try unsafe Arguments.text(name, "name")
        let archive = try opened(name) {
            #if ArchiveFiles
            try ArchiveFile(fileDescriptor: descriptor, name: name)
            #else
            throw ArchiveFilesMissing()
            #endif
        }
        unsafe output.pointee = Handle.make(Source(archive))
    }
}

/// What `open` opens, which the caller calls so.
private func opened(_ name: String, _ open: () throws -> any ArchiveSource) throws(Failure) -> any ArchiveSource {
    try Failure.reading("the archive '\(name)' cannot be validated", open)
}

#if !ArchiveFiles
private struct ArchiveFilesMissing: Error, CustomStringConvertible {
    let description = "this library was built without the package trait ArchiveFiles, which reads tar and zip"
}
#endif

/// A source that is reached through functions of the caller's.
@c @implementation
public func cti_source_create(
    _ storage: UnsafePointer<cti_storage>?,
    _ name: UnsafePointer<CChar>?,
    _ source: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> cti_status {
    unsafe attempt(error) {
        let output = try unsafe Arguments.output(source, "source")
        guard let storage = unsafe storage else { throw Failure.null("storage") }
        guard unsafe storage.pointee.struct_size == MemoryLayout<cti_storage>.size else {
            throw Failure.argument("struct_size is not the size of a cti_storage that this library knows")
        }
        let functions = try unsafe StorageFunctions(storage.pointee)
        let name = try unsafe Arguments.text(name, "name")
        unsafe output.pointee = Handle.make(Source(CallbackStorage(name: name, functions)))
    }
}

/// Frees a source.
@c @implementation
public func cti_source_free(_ source: OpaquePointer?) {
    unsafe Handle.free(source)
}
