package import CloudTrailFormat
internal import NativeInterop

/// What earlier runs proved of an archive, so that the next one can hold it to that and need not read it again.
///
/// It is as trustworthy as the place it is kept in: whoever can write it can make a run believe that something was
/// proven. Keep it apart from the archive.
public struct ProvenState: Sendable {
    /// The number of runs that it came out of.
    public package(set) var runs = 0
    /// The SHA-256 of the DER bytes of each key that was given, by its fingerprint.
    package var keys: [String: SHA256Digest] = [:]
    /// Every digest file that was proven, in the order of the report.
    package var digests: [ProvenDigest] = []
    /// The log files that were proven, by the folder they are in.
    package var folders: [ProvenFolder] = []
    /// The violations and the unverified that the last run found, in the order of its report; at most
    /// ``maximumFindings``.
    package var findings: [KnownFinding] = []

    /// How many findings a run remembers.
    package static let maximumFindings = 100_000

    /// The state before the first run.
    public init() {}

    /// Throws ``StateError`` when one of `keys` is not the one that earlier runs had under its fingerprint.
    func check(_ keys: PublicKeySet) throws {
        for key in keys.all {
            if let known = self.keys[key.fingerprint], try key.hash != known {
                throw StateError(
                    .keysDiffer,
                    "under the fingerprint \(key.fingerprint) earlier runs had another key than the one given now"
                )
            }
        }
    }
}

/// A digest file that a run proved.
package struct ProvenDigest: Sendable {
    /// What it says, as far as that is remembered.
    package struct Claims: Sendable {
        /// `digestStartTime`.
        package let startTime: Timestamp
        /// `digestEndTime`.
        package let endTime: Timestamp
        /// `digestS3Bucket` and `digestS3Object`.
        package let location: ObjectLocation
        /// `digestPublicKeyFingerprint`, in lower case.
        package let fingerprint: String
        /// The digest before this one; `nil` for the first of a chain.
        package let previous: DigestFile.Previous?
        /// Whether this digest says that no digest came before it.
        package let isStartingDigest: Bool
    }

    /// The number of its source.
    package let root: Int
    /// Its path below the root.
    package let path: ObjectKey
    /// The file as it was when it was read; its time is known.
    package let metadata: ObjectMetadata?
    /// When it was read last.
    package let hashedAt: Timestamp
    /// The SHA-256 of its content.
    package let hash: SHA256Digest
    package let claims: Claims
    /// Whether nothing more can come of reading it again: every log file it lists is proven, and so is the digest before
    /// it, whose signature it holds.
    package let isSettled: Bool
    /// Whether the last run did not find it proven: nothing of it is carried before a run has read and proven it.
    package var mustBeRead: Bool
}

/// The proven log files of one folder.
package struct ProvenFolder: Sendable {
    /// A proven log file, beside its name and hash.
    package struct File: Hashable, Sendable {
        /// The number of the digest that lists it, in ``ProvenState/digests``.
        package var digest: Int
        /// The file as it was when it was read.
        package let metadata: ObjectMetadata
        /// When it was read last.
        package let hashedAt: Timestamp
        /// Whether the last run did not find it proven: it is not carried before a run has read and proven it.
        package var mustBeRead: Bool
    }

    /// The number of the source.
    package let root: Int
    /// The folder of the files below the root, with the `/` at its end; `nil` where that is not known.
    package let source: ObjectKey?
    package let bucket: String
    /// The folder of the keys, with the `/` at its end.
    package let path: ObjectKey
    /// The names, with the SHA-256 of the content each.
    package let names: PackedNames
    /// One for each name.
    package var files: [File]
}

/// A finding of the last run, as far as telling it from a new one takes. One that has neither a key nor a path has the
/// trail, or what nothing was validated of, as its key.
package struct KnownFinding: Hashable, Sendable {
    /// Those of the chain, or of the name of the file; empty where there is neither.
    package let account: String
    package let region: String
    /// The raw value of the kind: a version of the tool may not know what another one found.
    package let kind: String
    package let key: ObjectKey?
    package let path: ObjectKey?

    package init(account: String, region: String, kind: String, key: ObjectKey?, path: ObjectKey?) {
        (self.account, self.region) = (account, region)
        self.kind = kind
        self.key = key
        self.path = path
    }
}
