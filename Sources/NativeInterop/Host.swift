#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The machine, and who uses it.
package struct Host: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// The name of the system, such as `Linux`.
    package let system: String
    /// The release of its kernel.
    package let release: String
    /// The kind of processor, such as `x86_64`.
    package let architecture: String
    /// The number of the user whose rights the process has.
    package let userNumber: UInt32
    /// The user's name in `/etc/passwd`; `nil` where it is not there. Nothing else is asked, since that may open a socket.
    package let userName: String?

    package init(
        name: String,
        system: String,
        release: String,
        architecture: String,
        userNumber: UInt32,
        userName: String?
    ) {
        self.name = name
        self.system = system
        self.release = release
        self.architecture = architecture
        self.userNumber = userNumber
        self.userName = userName
    }

    /// This machine and this process; `nil` where the system does not tell.
    package static func current() -> Host? {
        var facts = utsname()
        guard unsafe uname(&facts) == 0 else { return nil }
        let user = geteuid()
        return Host(
            name: text(&facts.nodename),
            system: text(&facts.sysname),
            release: text(&facts.release),
            architecture: text(&facts.machine),
            userNumber: user,
            userName: name(of: user)
        )
    }

    /// A field of `utsname`, which ends with a zero byte.
    private static func text<Field>(_ field: inout Field) -> String {
        unsafe withUnsafeBytes(of: &field) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static let userFile = "/etc/passwd"
    private static let longestUserFile = 1 << 20

    private static func name(of user: UInt32) -> String? {
        let descriptor = unsafe open(userFile, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let content = try? SystemCall.readAll(descriptor, limit: longestUserFile) else { return nil }
        for line in content.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count > 2, String(decoding: fields[2], as: UTF8.self) == String(user) else { continue }
            return String(decoding: fields[0], as: UTF8.self)
        }
        return nil
    }
}
