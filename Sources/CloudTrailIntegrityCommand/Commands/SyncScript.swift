internal import CloudTrailFormat
internal import CloudTrailIntegrityReports
internal import NativeInterop

/// A POSIX shell script that downloads the digest files of an archive that holds log files alone.
///
/// The folders come from the archive's names and are hostile: only plain ones are asked for, between single quotes.
struct SyncScript {
    /// Where digest files lie in the bucket.
    let folders: [ObjectKey]
    let archives: [ByteString]
    let bucket: String?

    /// Where they are downloaded to, below the folder that the script is run in.
    private static let target = "digests"

    var lines: [String] {
        let plain = folders.filter(Self.isPlain)
        let argument = bucket == nil ? " Give the name of the bucket as its argument." : ""
        let header = [
            "#!/bin/sh",
            "# Downloads the digest files of an archive that holds log files alone, with your own AWS credentials.\(argument)",
            "# It reads nothing of the archive, and writes to the folder that it is run in, which must not be a part of it.",
            "#",
            "# If the trail has a prefix, it stands before AWSLogs/ in the bucket, and belongs there below.",
        ]
        let leftOut = folders.filter { !Self.isPlain($0) }.map { "# Left out: \(TextReport.shown($0))" }
        let settings = [
            // Paths of the caller's may hold what looks like a forgotten expansion.
            "# shellcheck disable=SC1003,SC2016",
            "set -eu",
            bucket.map { "bucket=\(ShellWord.quoted($0))" } ?? "bucket=${1:?give the name of the bucket}",
        ]
        let function = [
            "",
            "# sync_digests FOLDER",
            "sync_digests() {",
            "    aws s3 sync \"s3://$bucket/$1\" \"\(Self.target)/$1\"",
            "}",
        ]
        let calls = plain.map { "sync_digests \(ShellWord.singleQuoted($0.description))" }
        let next = ([Tool.name, "plan"] + archives.map(ShellWord.path) + [Self.target]).joined(separator: " ")
        let ending = [
            "", "# What to run then: it prints what fetches the keys and signatures.",
            "printf '%s\\n' \(ShellWord.singleQuoted(next))",
        ]
        return header + leftOut + settings + FetchScript.stayOutside(archives) + function + calls + ending
    }

    private static func isPlain(_ folder: ObjectKey) -> Bool {
        folder.bytes.allSatisfy { (0x20...0x7e).contains($0) } && !folder.hasUnsafeComponent
    }
}
