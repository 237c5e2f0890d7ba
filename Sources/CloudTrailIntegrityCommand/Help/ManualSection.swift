/// A section of the manual page that comes from no table of the command line.
struct ManualSection {
    /// A piece of it.
    enum Block {
        /// Running text.
        case text(String)
        /// A term and its explanation.
        case item(String, String)
        /// Lines to be typed, or lines of a file.
        case example([String])
    }

    let title: String
    let blocks: [Block]

    /// The day on which the text below was last changed.
    static let date = "2026-11-30"

    static let beforeOptions = [
        ManualSection(
            title: "DESCRIPTION",
            blocks: [
                .text(
                    "Checks a copy of an AWS CloudTrail archive on disk: the signature of every digest file, the links "
                        + "between them, and the SHA-256 of every log file that they list. "
                        + "It names every file that is changed, missing, added or not provable. "
                        + "It opens no network connection, and never writes to the archive."
                ),
                .text(
                    "The public keys are trusted because they are given. "
                        + "Fetch them from AWS, and keep them apart from the archive. "
                        + "Without --public-keys the command prints the commands that fetch what the archive needs."
                ),
                .text(
                    "A download with the AWS CLI loses the signatures that S3 keeps beside the digest files. "
                        + "All but the newest of each chain are repeated inside the archive. "
                        + "That one is taken from --signatures, from a file beside the digest file, or from its "
                        + "extended attributes."
                ),
                .text(
                    "A finding is a violation (proof that something is wrong), unverified (no proof either way) or a "
                        + "notice. "
                        + "Without --end-time or --max-age a chain is judged up to the newest digest file held, so an "
                        + "archive that stopped growing stays valid."
                ),
            ]
        )
    ]

    static let afterOptions = [
        ManualSection(
            title: "ENVIRONMENT",
            blocks: [
                .item("COLUMNS", "The width that help and the text report fit, in the place of the terminal's."),
                .item("NO_COLOR", "Where it is set and not empty: no colours, unless --color always is given."),
                .item("TERM", "Where it is dumb or not set: neither colours nor a line that changes in place."),
            ]
        ),
        ManualSection(
            title: "SIGNALS",
            blocks: [
                .item(
                    "SIGHUP, SIGINT, SIGTERM, SIGXCPU",
                    "End the run without a verdict, with status 129, 130, 143 or 152; a signal that was ignored from the "
                        + "start stays ignored."
                ),
                .item("SIGUSR1", "Asks for a line on standard error that says how far the run is."),
            ]
        ),
        ManualSection(
            title: "FILES",
            blocks: [
                .item(
                    "*_CloudTrail-Digest_*.json.gz.metadata.json",
                    "An answer of head-object, beside the digest file it belongs to: read for its signature."
                ),
                .item(
                    "user.signature",
                    "An extended attribute of a digest file, as rclone copy -M sets it: its signature. "
                        + "With it belong user.signature-algorithm and user.backfill-generation-timestamp."
                ),
                .item(
                    "/etc/cloudtrail-integrity/NAME.conf",
                    "The settings of cloudtrail-integrity@NAME.service, which runs the check every night."
                ),
            ]
        ),
        ManualSection(
            title: "EXAMPLES",
            blocks: [
                .text("Print the commands that fetch the keys, then validate:"),
                .example([
                    "cloudtrail-integrity validate archive",
                    "cloudtrail-integrity validate archive --public-keys keys.json",
                ]),
                .text("Prove one month:"),
                .example([
                    "cloudtrail-integrity validate archive --public-keys keys.json \\",
                    "    --start-time 2026-03-01T00:00:00Z --end-time 2026-04-01T00:00:00Z",
                ]),
                .text("Every night, with a list of the chains that must be there and figures for Prometheus:"),
                .example([
                    "cloudtrail-integrity validate archive --public-keys keys.json \\",
                    "    --signatures signatures.jsonl --max-age 3h --expect chains.jsonl \\",
                    "    --metrics cloudtrail.prom",
                ]),
                .text("Hand on one file with what proves it, and a script that does so without this tool:"),
                .example([
                    "cloudtrail-integrity check FILE --archive archive --public-keys keys.json --proof proof",
                    "sh proof/prove.sh",
                ]),
                .text("Try it on an archive with throwaway keys:"),
                .example(["cloudtrail-integrity sample demo --tamper log-modified"]),
            ]
        ),
        ManualSection(
            title: "SEE ALSO",
            blocks: [
                .text("aws(1), gzip(1), rclone(1), systemd.timer(5)"),
                .text(
                    "The user guide, the contract for programs and the threat model are in the folder docs of the "
                        + "source and of the package."
                ),
            ]
        ),
    ]
}
