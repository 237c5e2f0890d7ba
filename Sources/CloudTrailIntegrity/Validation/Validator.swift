package import CloudTrailFormat
internal import NativeInterop

/// Proves which files of a downloaded CloudTrail archive are exactly what AWS delivered.
///
/// It opens no network connection and writes nothing. Keys are trusted because the caller says so; nothing inside the
/// archive is trusted before a signature under one of them holds.
public struct Validator: Sendable {
    /// The version of this library and of the command, as semantic versioning has it.
    public static let version = "0.1.0"

    let keys: PublicKeySet
    let signatures: SignatureManifest
    var options: ValidationOptions

    /// The moment that verified coverage must reach.
    package var coverageMustReach: Timestamp? { options.coverageMustReach }

    /// A validator.
    ///
    /// - Parameters:
    ///   - keys: The public keys that signatures are verified with.
    ///   - signatures: Signatures of digest files that were kept outside the archive.
    ///   - options: What to validate and how.
    public init(
        keys: PublicKeySet,
        signatures: SignatureManifest = SignatureManifest(),
        options: ValidationOptions = ValidationOptions()
    ) {
        self.keys = keys
        self.signatures = signatures
        self.options = options
    }
}
