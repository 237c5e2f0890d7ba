package import CloudTrailFormat
internal import CloudTrailIntegrity
package import NativeInterop

/// What a report says of the run itself.
package struct RunFacts: Hashable, Sendable {
    /// The name of the tool.
    package static let tool = "cloudtrail-integrity"

    /// The version of the tool.
    package let version: String
    /// The exit status the command ends with.
    package let exit: Int32
    /// How long the run took, in milliseconds.
    package let milliseconds: Int64
    /// The finding kinds that were accepted.
    package let allowed: [String]
    /// The command line, without the tool's name.
    package let arguments: [ByteString]
    /// The folder that the command was run in, which relative paths begin at; `nil` where it has no path.
    package let folder: ByteString?
    /// The roots of the archive, as they were given.
    package let archives: [ByteString]
    /// When the run began.
    package let begin: Timestamp?
    /// When the archive was judged.
    package let end: Timestamp?
    /// Who ran it, where, and with what; `nil` where nothing is handed on.
    package let provenance: Provenance?
    /// The parts that the verdict was put together from; `nil` where the archive was judged by one run.
    package let merged: MergedParts?

    /// Parts that were judged one by one.
    package struct MergedParts: Hashable, Sendable {
        package let count: Int
        /// What is asked for is counted from here.
        package let askedAt: Timestamp
        package let seal: Seal

        /// What keeps their results from being written by others.
        package enum Seal: Hashable, Sendable {
            case key, none
        }

        package init(count: Int, askedAt: Timestamp, _ seal: Seal) {
            self.count = count
            self.askedAt = askedAt
            self.seal = seal
        }

        /// What a report says of it.
        var sentence: String {
            switch seal {
            case .key:
                "Judged in \(count.of("part")), as asked at \(askedAt); their results were sealed with the key of --partial-key."
            case .none:
                "Judged in \(count.of("part")), as asked at \(askedAt); no key seals their results (--partial-key): whoever "
                    + "could write them could write this verdict."
            }
        }
    }

    package init(
        version: String,
        exit: Int32,
        milliseconds: Int64,
        allowed: [String],
        arguments: [ByteString] = [],
        folder: ByteString? = nil,
        archives: [ByteString] = [],
        begin: Timestamp? = nil,
        end: Timestamp? = nil,
        provenance: Provenance? = nil,
        merged: MergedParts? = nil
    ) {
        self.version = version
        self.exit = exit
        self.milliseconds = milliseconds
        self.allowed = allowed
        self.arguments = arguments
        self.folder = folder
        self.archives = archives
        self.begin = begin
        self.end = end
        self.provenance = provenance
        self.merged = merged
    }

    /// The command line with the tool's name, as a shell takes it.
    package var commandLine: String {
        ([ByteString(Self.tool)] + arguments).map(Self.shellWord).joined(separator: " ")
    }

    /// The archives in one line.
    var archiveNames: String { archives.map(\.description).joined(separator: " ") }

    private static func shellWord(_ argument: ByteString) -> String {
        guard let text = argument.text else { return dollarQuoted(argument.bytes) }
        let isPlain = argument.bytes.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || "-._/=:,@+".utf8.contains(byte)
        }
        if isPlain, !argument.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// The word between `$'` and `'` (POSIX.1-2024, 2.2.4), which alone can hold any byte in printable characters.
    private static func dollarQuoted(_ bytes: [UInt8]) -> String {
        var word = "$'"
        for byte in bytes {
            if (0x20..<0x7f).contains(byte), byte != UInt8(ascii: "'"), byte != UInt8(ascii: "\\") {
                word.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 8)
                word += "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
            }
        }
        return word + "'"
    }
}
