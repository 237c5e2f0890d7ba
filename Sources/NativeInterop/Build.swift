internal import CBuild
internal import COpenSSL
internal import CZlib

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif
#if ArchiveFiles
internal import CArchive
#endif
#if Libdeflate
internal import CLibdeflate
#endif

/// What the program was built of, and what it runs with.
package enum Build {
    /// A library that is loaded when the program starts.
    package struct Library: Hashable, Sendable {
        package let name: String
        /// The version, in the library's own words.
        package let version: String

        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// The commit that the build was given, with `-modified` after it where files differ from it; `nil` where it was not
    /// given.
    package static var commit: String? {
        let text = unsafe String(cString: cloudtrail_integrity_commit())
        return text.isEmpty ? nil : text
    }

    /// The traits of the package that are on.
    package static var traits: [String] {
        var traits: [String] = []
        #if ArchiveFiles
        traits.append("ArchiveFiles")
        #endif
        #if Libdeflate
        traits.append("Libdeflate")
        #endif
        return traits
    }

    /// The C libraries, as they were found when the program started.
    package static var libraries: [Library] {
        var libraries = [
            Library(name: "libcrypto", version: unsafe String(cString: OpenSSL_version(OPENSSL_VERSION))),
            Library(name: "zlib", version: unsafe String(cString: zlibVersion())),
        ]
        #if ArchiveFiles
        libraries.append(Library(name: "libarchive", version: unsafe String(cString: archive_version_string())))
        #endif
        #if Libdeflate
        libraries.append(Library(name: "libdeflate", version: LIBDEFLATE_VERSION_STRING))
        #endif
        return libraries
    }

    /// The SHA-256 of the file that this process runs; `nil` where the system does not tell.
    package static var programHash: SHA256Words? {
        #if os(Linux)
        let descriptor = unsafe open("/proc/self/exe", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return try? hash(descriptor)
        #else
        return nil
        #endif
    }

    /// The SHA-256 of what can still be read.
    private static func hash(_ descriptor: CInt) throws -> SHA256Words {
        let hasher = try SHA256()
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            var span = buffer.mutableSpan
            var bytes = unsafe span.mutableBytes
            let count = try SystemCall.read(descriptor, into: &bytes)
            if count == 0 { return try hasher.finalize() }
            unsafe try hasher.update(buffer.span.bytes.extracting(0..<count))
        }
    }
}
