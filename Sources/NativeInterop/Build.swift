internal import CBuild
internal import COpenSSL
internal import CZlib

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

    /// The commit that the build was told of, with `-modified` behind it where files differ from it; `nil` where it was not
    /// told.
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
}
