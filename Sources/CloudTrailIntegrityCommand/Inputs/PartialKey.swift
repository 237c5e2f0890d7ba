internal import CloudTrailFormat
internal import CloudTrailIntegrityReports
internal import NativeInterop

/// The key of `--partial-key`: whoever has it can write plans and partials.
struct PartialKey {
    static let option = OptionSpec(
        "partial-key",
        value: "file",
        help: "A secret of at least 16 bytes: plans and partials are sealed with it, and those of others refused."
    )

    let file: NamedFile
    let bytes: [UInt8]

    /// Shorter ones could be guessed.
    private static let fewestBytes = 16
    private static let mostBytes = 4096

    /// `nil` where the command line names none.
    init?(_ arguments: ParsedArguments) throws(CommandError) {
        guard let path = arguments.path(Self.option.name) else { return nil }
        file = try NamedFile(path, .partialKey)
        bytes = try file.read()
        guard bytes.count >= Self.fewestBytes, bytes.count <= Self.mostBytes else {
            throw CommandError(
                .noInput,
                "The key '\(path)' has \(bytes.count.of("byte")): it must have \(Self.fewestBytes) to \(Self.mostBytes)"
            )
        }
    }
}
