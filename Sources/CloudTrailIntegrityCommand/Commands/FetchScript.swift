internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailIntegrityReports
internal import CloudTrailRules
internal import NativeInterop

/// A plan as a POSIX shell script.
///
/// Names of an archive are hostile. In the script they stand in JSON between single quotes, in comments without line
/// ends, and nowhere else: JSON also keeps the AWS CLI from taking a key for an option, or for the name of a file to
/// read (`file://…`).
struct FetchScript {
    private let plan: FetchPlan
    private let archives: [ByteString]
    private let keyFiles: [ByteString]
    private let manifests: [ByteString]
    private let bucket: String?

    init(_ plan: FetchPlan, archives: [ByteString], keyFiles: [ByteString], manifests: [ByteString], bucket: String?) {
        self.plan = plan
        self.archives = archives
        self.keyFiles = keyFiles
        self.manifests = manifests
        self.bucket = bucket
    }

    private static let manifest = "signatures.jsonl"

    /// The requests whose region may be one of AWS's: others are not asked for.
    private var keyRequests: [PublicKeyRequest] { plan.keyRequests.filter { Self.isRegion($0.region) } }

    private static func isRegion(_ name: String) -> Bool {
        name.utf8.first != UInt8(ascii: "-") && (1...32).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
    }

    /// The files that the script makes.
    private var outputs: [String] {
        keyRequests.map { Self.keyFile($0.region) } + (plan.signatures.isEmpty ? [] : [Self.manifest])
    }

    private static func keyFile(_ region: String) -> String { "keys-\(region).json" }

    var lines: [String] {
        header + (outputs.isEmpty ? [] : guards) + keyLines + signatureLines + ending
    }

    private var header: [String] {
        var lines = [
            "#!/bin/sh",
            "# Fetches what the validation of an archive still needs, with your own AWS credentials.",
            "# It reads nothing of the archive, and writes to the folder that it is run in, which must not be a part of it.",
            "#",
            "# Public keys: \(count(keyRequests.count, "region")). Signatures: \(count(plan.signatures.count, "digest file")).",
        ]
        let buckets = Set(plan.signatures.map(\.bucket)).sorted()
        if !buckets.isEmpty {
            lines.append("# The archive names the buckets that are asked; '--bucket' limits them to one:")
            lines += buckets.map { "#   \(escaped($0))" }
        }
        for request in plan.keyRequests where !Self.isRegion(request.region) {
            lines.append("# Left out, no region of AWS has such a name: \(escaped(shortened(request.region)))")
        }
        for obstacle in plan.obstacles {
            lines.append("# Left out: \(TextReport.shown(obstacle.path)): \(escaped(obstacle.reason))")
        }
        // Paths of the caller's may hold what looks like a forgotten expansion.
        return lines + ["# shellcheck disable=SC1003,SC2016", "set -eu"]
    }

    private func count(_ number: Int, _ noun: String) -> String { number == 1 ? "1 \(noun)" : "\(number) \(noun)s" }

    /// What keeps a script from writing into the evidence.
    static func stayOutside(_ archives: [ByteString]) -> [String] {
        [
            "",
            "# stay_outside FOLDER",
            "stay_outside() {",
            "    folder=$(CDPATH='' cd -- \"$1\" 2>/dev/null && pwd -P) || return 0",
            "    case \"$(pwd -P)/\" in",
            "    \"${folder%/}\"/*)",
            "        echo 'Run this in a folder outside the archive.' >&2",
            "        exit 1",
            "        ;;",
            "    *) ;;",
            "    esac",
            "}",
        ] + archives.map { "stay_outside \(ShellWord.path($0))" }
    }

    /// What keeps the script from writing into the evidence, and over what is there.
    private var guards: [String] {
        Self.stayOutside(archives) + [
            "",
            "# keep FILE",
            "keep() {",
            "    if [ -e \"$1\" ]; then",
            "        echo \"$1 is there already: remove it, or run this in another folder.\" >&2",
            "        exit 1",
            "    fi",
            "}",
        ] + outputs.map { "keep \($0)" } + [
            "",
            "trap 'rm -f \(outputs.map { "\($0).part" }.joined(separator: " "))' EXIT",
            "trap 'exit 130' INT",
            "trap 'exit 143' TERM",
            "failed=0",
        ]
    }

    private var keyLines: [String] {
        if keyRequests.isEmpty { return [] }
        let function = [
            "",
            "# fetch_keys REGION START [END]",
            "fetch_keys() {",
            "    if aws cloudtrail list-public-keys --region \"$1\" --start-time \"$2\" ${3:+--end-time \"$3\"} --output json \\",
            "        > \"keys-$1.json.part\" && grep -q '\"Value\"' \"keys-$1.json.part\"; then",
            "        mv \"keys-$1.json.part\" \"keys-$1.json\"",
            "    else",
            "        echo \"No public keys of $1 for $2 to ${3:-now}.\" >&2",
            "        failed=1",
            "    fi",
            "}",
        ]
        return function + keyRequests.map { "fetch_keys \($0.region) \($0.start)" + ($0.end.map { " \($0)" } ?? "") }
    }

    private var signatureLines: [String] {
        if plan.signatures.isEmpty { return [] }
        let part = "\(Self.manifest).part"
        let function = [
            "",
            "# fetch_signature BUCKET KEY, both as JSON: aws would take a plain key for an option or for the name of a file.",
            "fetch_signature() {",
            "    if metadata=$(aws s3api head-object --cli-input-json \"{\\\"Bucket\\\":$1,\\\"Key\\\":$2}\" \\",
            "        --query Metadata --output json); then",
            "        printf '{\"bucket\":%s,\"key\":%s,\"metadata\":%s}' \"$1\" \"$2\" \"$metadata\" | tr -d '\\r\\n' >> \(part)",
            "        echo >> \(part)",
            "    else",
            "        printf 'No signature of %s in %s.\\n' \"$2\" \"$1\" >&2",
            "        failed=1",
            "    fi",
            "}",
        ]
        let calls = plan.signatures.map { location in
            "fetch_signature \(Self.json(location.bucket)) \(Self.json(location.key.description))"
        }
        return function + [": > \(part)"] + calls + ["if [ -s \(part) ]; then mv \(part) \(Self.manifest); fi"]
    }

    /// `text` as JSON between single quotes, in which nothing is left that means something to a shell.
    private static func json(_ text: String) -> String {
        var result = ""
        for scalar in JSONObjectText.quoted(text).unicodeScalars {
            if scalar.isASCII, !"'$`!".unicodeScalars.contains(scalar) {
                result.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            }
        }
        return ShellWord.singleQuoted(result)
    }

    /// The command to run then, with what was fetched and what was there before.
    private var ending: [String] {
        var words = [Tool.name, "validate"]
        words += archives.map(ShellWord.path)
        words += keyFiles.map { "--public-keys \(ShellWord.path($0))" }
        words += manifests.map { "--signatures \(ShellWord.path($0))" }
        if let bucket { words.append("--bucket \(ShellWord.quoted(bucket))") }
        let command = ShellWord.singleQuoted(words.joined(separator: " "))
        if outputs.isEmpty { return ["", "# Nothing is missing. Run this:", "printf '%s\\n' \(command)"] }
        var lines = ["", "# What to run then, with what was fetched.", "printf '%s' \(command)"]
        lines += keyRequests.map { request in
            let file = Self.keyFile(request.region)
            return "if [ -e \(file) ]; then printf ' --public-keys %s' \(file); fi"
        }
        if !plan.signatures.isEmpty {
            lines.append("if [ -e \(Self.manifest) ]; then printf ' --signatures \(Self.manifest)'; fi")
        }
        return lines + ["echo", "exit \"$failed\""]
    }
}
