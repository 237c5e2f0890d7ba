package import CloudTrailFormat

/// What was found, with the facts that make it that: one case for each kind of finding, or one for each way to it.
///
/// No text for people is in it: the sentences, and the names of the facts, stand in one table beside the report.
package enum FindingCause: Hashable, Sendable {
    // MARK: A digest file

    /// The digest names another algorithm than SHA256withRSA.
    case digestAlgorithmUnsupported(String)
    /// None of these candidates verifies.
    case digestSignatureInvalid([SignatureOrigin])
    /// A verified successor saw another file.
    case digestLinkMismatch(LinkMismatch)
    /// What is broken.
    case digestMalformed(Malformation)
    /// The object that it is signed for; `nil` where it says none that can be read.
    case digestRelocated(claim: ObjectLocation?, bucket: BucketCheck)
    /// No given key has this fingerprint, in the region that the digest's name tells.
    ///
    /// The key files with these names hold a page of several.
    case digestKeyUnknown(fingerprint: String, region: String, pages: [String])
    /// No candidate counts; those that were rejected.
    case digestUnsigned(rejected: [SignatureOrigin], ChainPosition, SignatureSearch = .nothing)
    case digestUnreadable(ObjectReadError)
    /// The limit that was hit.
    case digestOverLimit(String)
    /// It lies elsewhere; the folder to give as a root of its own, where one can be named.
    case digestElsewhere(folder: ObjectKey?)
    /// A second copy of the same digest file, and the path of the first.
    case digestDuplicate(first: ObjectKey)
    case signatureSourceDiffers(valid: SignatureOrigin, differing: [SignatureOrigin])
    case keyOutsideValidity(signed: Timestamp, fingerprint: String, from: Timestamp?, until: Timestamp?)
    /// It names so many files of another account or region.
    case listingForeign(objects: Int)

    // MARK: An absent digest file

    case digestMissing(Absence, successor: ObjectKey)
    /// It may lie in a place that could not be read.
    case digestHidden(HiddenPlace, Absence, successor: ObjectKey)
    /// A verified digest names a predecessor that leads through a link or out of the archive.
    case predecessorUnsafe(reference: ObjectKey, Absence, successor: ObjectKey)
    /// An earlier run proved it, and it is gone or another file is in its place.
    case digestLost(LostDigest)
    case chainStartsBeforeArchive(predecessor: ObjectKey)

    // MARK: A chain

    case chainGap(TimeRange, GapReason)
    case chainRestart
    /// Its window starts so many seconds before its predecessor's ends.
    case chainOverlap(seconds: Int64)
    case chainForked(predecessor: ObjectKey, other: ObjectKey)
    case coverageShort(Shortfall)

    // MARK: A log file

    case logUnreadable(ObjectReadError)
    case logOverLimit(ContentFacts.Limit)
    case logMalformed(ContentFacts.Damage, ContentMatch)
    case logModified(expected: SHA256Digest, actual: SHA256Digest, LogReplacement? = nil)
    case logTrailingData
    /// This is wrong with it, by what an earlier run proved by a digest that is not the same any more, or gone.
    indirect case logProvenBefore(FindingCause)
    /// Only digests that are not verified list it.
    case logUnauthenticated(ContentMatch)
    case logUnreferenced(UnlistedFile = .unremarkable)
    case logAwaitingDigest
    case logDecompressed
    case listingDiffers
    /// A second copy of the same log file, and the path of the first.
    case logDuplicate(first: ObjectKey)

    // MARK: An absent log file

    case logMissing(Proven, LogSurroundings = .unremarkable)
    /// An earlier run proved it, and the digest that lists it is gone too.
    case logMissingWithDigest
    /// Only digests that are not verified list it, and it is not held.
    case logAbsentUnauthenticated
    /// Only a digest that is not verified lists this key, which no object below a folder has.
    case logUnsafeUnauthenticated
    /// It may lie in a place that could not be read.
    case logHidden(HiddenPlace)
    case logOutsideArchive
    /// A verified digest lists a key that no object has, or that leads through a link.
    case logUnsafe(UnsafePath, reference: ObjectKey)

    // MARK: The archive

    /// A folder that could not be listed, where digest files may lie.
    case digestFolderUnreadable(ObjectReadError)
    /// A folder that could not be listed, where log files may lie.
    case logFolderUnreadable(ObjectReadError)
    /// So many signed digest files lie elsewhere; the folder to give as a root of its own, where one can be named.
    case partElsewhere(objects: Int, folder: ObjectKey?)
    /// So many listed log files lie below a path instead of in their place.
    case logsElsewhere(objects: Int, folder: ObjectKey?, path: ObjectKey)
    /// So many objects are named in a bucket and prefix of which the archive holds nothing.
    case locationNotHeld(objects: Int, bucket: String, prefix: ObjectKey)
    case nothingValidated(Nothing)
    case keyNew(fingerprint: String)
    /// A file of signatures of which none is of a digest file that is held.
    case signaturesUnused(UnusedSignatures)
    /// These members of the key's entry are not times.
    case keyValidityUnreadable(fingerprint: String, members: [String])
    case acknowledgementExpired(Acknowledgement)
    /// No finding is as it says, or several are.
    case acknowledgementUnmatched(Acknowledgement, by: Matches)
    /// So many more findings of one kind, in one folder or of none.
    case more(FindingKind, count: Int, Grouping)
}

/// Where a signature comes from, as a report names it.
package enum SignatureOrigin: Hashable, Sendable {
    case extendedAttribute
    case sidecar
    case manifest
    /// An earlier run proved a file with this content here.
    case state
    /// Given by the caller for this very digest file.
    case given
    /// The `previousDigestSignature` of the digest with this key.
    case successor(ObjectKey)
}

/// What a verified successor says of a digest file that is not so.
package struct LinkMismatch: Hashable, Sendable {
    /// What of a link disagrees.
    package enum Part: String, Hashable, Sendable {
        case bucket, hash, signature
    }

    /// Whether AWS signed the file that is there.
    package enum OwnSignature: Hashable, Sendable {
        case valid, notValid
    }

    package let part: Part
    /// The successor's key.
    package let successor: ObjectKey
    /// The hash that the successor names, and that of the file, where they differ.
    package let hashes: Hashes?
    package let ownSignature: OwnSignature

    /// Two hashes that should be one.
    package struct Hashes: Hashable, Sendable {
        package let expected: SHA256Digest
        package let actual: SHA256Digest

        package init(expected: SHA256Digest, actual: SHA256Digest) {
            self.expected = expected
            self.actual = actual
        }
    }

    package init(_ part: Part, successor: ObjectKey, hashes: Hashes?, ownSignature: OwnSignature) {
        self.part = part
        self.successor = successor
        self.hashes = hashes
        self.ownSignature = ownSignature
    }
}

/// Where the signature of a digest file was looked for, beside those that were tried.
package struct SignatureSearch: Hashable, Sendable {
    /// Why the sidecar that lies beside the digest file gives none; `nil` where none lies there.
    package let sidecar: SidecarFault?
    package let manifests: Manifests

    /// Whether signatures from outside the archive were given.
    package enum Manifests: Hashable, Sendable {
        case given, notGiven
    }

    package init(sidecar: SidecarFault?, _ manifests: Manifests) {
        self.sidecar = sidecar
        self.manifests = manifests
    }

    package static let nothing = SignatureSearch(sidecar: nil, .notGiven)
}

/// Why what lies beside a digest file under a sidecar's name gives no signature.
package enum SidecarFault: Error, Hashable, Sendable {
    case unreadable(ObjectReadError)
    /// It is larger than any answer of `head-object`.
    case tooLarge
    case content(HeadObjectFault)
}

extension SidecarFault: Comparable {
    private var order: (kind: Int, offset: Int, text: String) {
        switch self {
        case .unreadable(let error): (0, 0, error.reason.rawValue + error.description)
        case .tooLarge: (1, 0, "")
        case .content(.empty): (2, 0, "")
        case .content(.malformed(let error)): (3, error.offset, error.description)
        case .content(.otherContent): (4, 0, "")
        case .content(.noMetadata): (5, 0, "")
        case .content(.noSignature): (6, 0, "")
        }
    }

    /// The order in which one of several is named.
    package static func < (lhs: SidecarFault, rhs: SidecarFault) -> Bool { lhs.order < rhs.order }
}

/// Why no signature of a file of signatures was of use.
package struct UnusedSignatures: Hashable, Sendable {
    /// The file's name, as it was given.
    package let file: String
    /// How many objects it names.
    package let objects: Int
    /// Of how many of them it has a signature.
    package let signatures: Int
    package let reason: Reason

    package enum Reason: Hashable, Sendable {
        /// It names no object.
        case empty
        /// It has the signature of none; of rclone's lists, where that was not asked for.
        case withoutSignature(Listing)
        /// They are of digest files that are held, but of this bucket, while the digest files name that one.
        case otherBucket(String, held: String)
        /// They are of other digest files than those that are held.
        case unmatched
    }

    /// Who made a list of objects.
    package enum Listing: Hashable, Sendable {
        case rclone, other
    }

    package init(_ file: String, objects: Int, signatures: Int, _ reason: Reason) {
        self.file = file
        self.objects = objects
        self.signatures = signatures
        self.reason = reason
    }
}

/// Whether the bucket of a file is known from elsewhere than its own digest.
package enum BucketCheck: Hashable, Sendable {
    case compared, notCompared
}

/// Whether a digest file is the newest of its chain.
package enum ChainPosition: Hashable, Sendable {
    case newest, older
}

/// How it is known that a digest file is absent.
package enum Absence: Hashable, Sendable {
    /// A verified digest names it.
    case named
    /// It follows from the hourly rhythm.
    case inferred
}

/// A place that may hold what is absent.
package struct HiddenPlace: Hashable, Sendable {
    /// What could not be read.
    package enum Extent: Hashable, Sendable {
        case folder
        /// The rest of a source that could not be read to its end.
        case rest
    }

    package let extent: Extent
    /// As the report shows it.
    package let path: ObjectKey
    package let error: ObjectReadError

    package init(_ extent: Extent, path: ObjectKey, error: ObjectReadError) {
        self.extent = extent
        self.path = path
        self.error = error
    }
}

/// Why an object that is not there may be there all the same.
package enum Concealment: Hashable, Sendable {
    /// No object below a folder has its key, or a link stands on its way.
    case unsafe(UnsafePath)
    case hidden(HiddenPlace)

    /// Whether the key itself is at fault.
    package var isUnsafe: Bool {
        switch self {
        case .unsafe: true
        case .hidden: false
        }
    }
}

/// Why a key names nothing below the archive.
package enum UnsafePath: Hashable, Sendable {
    /// A component is `.` or `..` or holds a NUL.
    case component
    /// This link stands on its way.
    case link(ObjectKey)
}

/// A digest file that an earlier run proved and that is not what it was.
package struct LostDigest: Hashable, Sendable {
    /// Whether it was the last of its chain that was proven.
    package enum Role: Hashable, Sendable {
        case anchor, older
    }

    package let role: Role
    package let expected: SHA256Digest
    /// What is there now: nothing, or a file with this hash, where that is known.
    package let remains: Remains

    package enum Remains: Hashable, Sendable {
        case nothing
        case another(SHA256Digest?)
    }

    package init(_ role: Role, expected: SHA256Digest, remains: Remains) {
        self.role = role
        self.expected = expected
        self.remains = remains
    }
}

/// Why nothing attests a stretch of a chain's time.
package enum GapReason: String, Hashable, Sendable {
    /// A new chain was begun after a pause.
    case restart
    /// The windows do not touch, linked or not.
    case hole
    /// Only an unverified successor speaks of what was there.
    case unverifiedSuccessor = "unverified-successor"
    /// Longer than is inferred hour by hour.
    case longHole = "long-hole"
}

/// Coverage that a chain owes and does not have.
package struct Shortfall: Hashable, Sendable {
    /// From when on; the distant past where no start is owed.
    package let from: Timestamp
    /// Up to when; the distant future where no end is owed.
    package let until: Timestamp
    package let reason: Reason

    package enum Reason: Hashable, Sendable {
        /// The chain begins with a starting digest, at this time.
        case startingDigest(Timestamp)
        /// The oldest digest held starts at this time, and one before it is absent.
        case predecessorAbsent(oldest: Timestamp)
        /// The oldest digest held starts after all that is asked for, and those before it are absent.
        case predecessorsAbsent(oldest: Timestamp)
        /// Coverage ends here, and must reach the end.
        case tail(end: Timestamp?, mustReach: Timestamp)
        /// An expected chain's coverage ends here, before the start.
        case tailBeforeStart(end: Timestamp)
        /// Coverage ends here, and must reach the age that was asked for.
        case maxAge(end: Timestamp?, mustReach: Timestamp)
        /// Coverage ends here, and the trail's other regions reach further.
        case sibling(end: Timestamp, others: Timestamp)
        /// No verified digest of an expected chain is held.
        case chainAbsent
    }

    package init(from: Timestamp, until: Timestamp, _ reason: Reason) {
        self.from = from
        self.until = until
        self.reason = reason
    }
}

/// Whether a content is the listed one.
package enum ContentMatch: Hashable, Sendable {
    case same, different
}

/// What lies in the place of a log file whose content is another than the listed one.
package enum LogReplacement: Hashable, Sendable {
    /// A file without content.
    case nothing
    /// A page of XML or HTML.
    case markup
    /// The content that a verified digest lists under this key.
    case log(ObjectKey)
}

/// What is known of a file that no digest lists.
package struct UnlistedFile: Hashable, Sendable {
    /// What its name looks like, where CloudTrail gives no such name.
    package let name: StrayName?
    package let content: Content
    /// The folder of listed log files whose name looks the same as that of its folder and has other bytes.
    package let lookAlike: ObjectKey?

    /// Whose content it has.
    package enum Content: Hashable, Sendable {
        case unknown
        /// That which a verified digest lists under this key.
        case log(ObjectKey)
        /// That of no log file that is listed in its place.
        case other
    }

    package init(name: StrayName?, _ content: Content, lookAlike: ObjectKey?) {
        self.name = name
        self.content = content
        self.lookAlike = lookAlike
    }

    package static let unremarkable = UnlistedFile(name: nil, .unknown, lookAlike: nil)
}

/// What else is known where a listed log file is missing.
package enum LogSurroundings: Hashable, Sendable {
    case unremarkable
    /// The archive holds no log file at all of its account and of this region.
    case noLogOfRegion(String)
    /// A folder is there whose name looks the same as that of its own and has other bytes.
    case lookAlike(ObjectKey)
}

/// Whether an earlier run proved what is absent now.
package enum Proven: Hashable, Sendable {
    case before, never
}

/// What of the run nothing was validated of.
package enum Nothing: Hashable, Sendable {
    case run(Evidence)
    case root(name: String)
    case account(String, held: [String])
    case region(String, held: [String])
    case trail(String, held: [String])

    /// What there was to validate.
    package enum Evidence: Hashable, Sendable {
        /// No file at all.
        case empty
        /// So many log files, and no digest file.
        case logsAlone(Int)
        /// So many files with a `\` in their names that are digest or log files where a `/` stands for it.
        case backslashes(Int)
        /// So many tar or zip files, the first of which has this path.
        case archiveFiles(Int, first: ObjectKey)
        /// Query results of CloudTrail Lake.
        case queryResults
        /// Nothing of these.
        case noDigest
        case noneVerified
        case noneVerifiedInRange
    }
}

/// How many findings are as an acknowledgement says that covers none.
package enum Matches: String, Hashable, Sendable {
    case none, several
}

/// What findings have in common that are summed up (I31).
package enum Grouping: Hashable, Sendable {
    case folder, kind
}

/// What a finding tells beside its cause.
package enum FindingFact: Hashable, Sendable {
    /// What else is wrong with the same file, by the names of the kinds.
    case also([FindingKind])
    /// The key of the digest that lists the log file.
    case listedBy(ObjectKey)
    /// The object that a digest file says it is, where that is not its place.
    case claim(ObjectLocation)
    /// The key of a verified successor that has the file's hash.
    case linkedBy(ObjectKey)
    /// The object whose metadata hold the signature that is wanted.
    case signatureKept(at: ObjectLocation)
    /// An earlier run proved it by a digest file that is not the same any more, or gone.
    case provenBefore
}

extension FindingCause {
    /// What a finding of this cause is called.
    package var kind: FindingKind {
        switch self {
        case .digestAlgorithmUnsupported, .digestSignatureInvalid: .digestSignatureInvalid
        case .digestLinkMismatch: .digestLinkMismatch
        case .digestMalformed: .digestMalformed
        case .digestRelocated: .digestRelocated
        case .digestKeyUnknown: .digestKeyUnknown
        case .digestUnsigned: .digestUnsigned
        case .digestUnreadable, .digestHidden, .digestFolderUnreadable: .digestUnreadable
        case .digestOverLimit: .digestOverLimit
        case .digestElsewhere, .partElsewhere: .partElsewhere
        case .digestDuplicate, .logDuplicate: .duplicateObject
        case .signatureSourceDiffers: .signatureSourceDiffers
        case .keyOutsideValidity: .keyOutsideValidity
        case .listingForeign: .listingForeign
        case .digestMissing: .digestMissing
        case .predecessorUnsafe, .logUnsafe: .referenceUnsafe
        case .digestLost(let lost): lost.role == .older && lost.remains == .nothing ? .digestMissing : .anchorLost
        case .chainStartsBeforeArchive: .chainStartsBeforeArchive
        case .chainGap: .chainGap
        case .chainRestart: .chainRestart
        case .chainOverlap: .chainOverlap
        case .chainForked: .chainForked
        case .coverageShort: .coverageShort
        case .logUnreadable, .logHidden, .logFolderUnreadable: .logUnreadable
        case .logOverLimit: .logOverLimit
        case .logMalformed: .logMalformed
        case .logModified: .logModified
        case .logTrailingData: .logTrailingData
        case .logUnauthenticated, .logAbsentUnauthenticated, .logUnsafeUnauthenticated: .logUnauthenticated
        case .logProvenBefore(let cause): cause.kind
        case .logUnreferenced: .logUnreferenced
        case .logAwaitingDigest: .logAwaitingDigest
        case .logDecompressed: .logDecompressed
        case .listingDiffers: .listingDiffers
        case .logMissing, .logMissingWithDigest: .logMissing
        case .logOutsideArchive: .logOutsideArchive
        case .logsElsewhere, .locationNotHeld: .locationNotHeld
        case .nothingValidated: .nothingValidated
        case .keyNew: .keyNew
        case .signaturesUnused: .signaturesUnused
        case .keyValidityUnreadable: .keyValidityUnreadable
        case .acknowledgementExpired: .acknowledgementExpired
        case .acknowledgementUnmatched: .acknowledgementUnmatched
        case .more(let kind, _, _): kind
        }
    }
}
