package import CloudTrailFormat

/// The rules for where a file was found.
package enum PlaceRules: Sendable {
    /// How a digest file's path agrees with the key and bucket that it says are its own.
    package struct Claim {
        /// The path below the root.
        package let path: ObjectKey
        /// The key that the path maps to, and the bucket where the layout names it.
        package let mapped: (key: ObjectKey, bucket: String?)
        /// Where the file says that it is.
        package let claimed: ObjectLocation
        /// The bucket that the caller names.
        package let bucket: String?

        package init(
            path: ObjectKey,
            mapped: (key: ObjectKey, bucket: String?),
            claimed: ObjectLocation,
            bucket: String?
        ) {
            self.path = path
            self.mapped = mapped
            self.claimed = claimed
            self.bucket = bucket
        }
    }

    /// Where a signed digest file is: one whose own path contradicts it, or which the caller's bucket does, was relocated;
    /// any other that is not in its place lies elsewhere (V9).
    package static func place(ofSigned digest: Claim) -> DigestFacts.Place {
        let key = digest.claimed.key.collapsed
        let isNameKept = digest.path.compressedName.lastComponent.elementsEqual(key.lastComponent)
        if let bucket = digest.bucket, bucket != digest.claimed.bucket { return .relocated }
        if !isNameKept { return .relocated }
        let isBucketSame = digest.mapped.bucket.map { $0 == digest.claimed.bucket } ?? true
        if key == digest.mapped.key, isBucketSame { return .inPlace }
        return contradicts(digest.path, key) ? .relocated : .elsewhere
    }

    /// Whether the folders of a signed digest's path are not its own: those after the last `AWSLogs/`; without one, those
    /// from the account directly before its last `CloudTrail-Digest/` on. What stands in front contradicts nothing.
    private static func contradicts(_ path: ObjectKey, _ key: ObjectKey) -> Bool {
        guard let found = path.deliveredPart else { return false }
        let (there, own) = (KeyFolder(of: found), KeyFolder(of: key.deliveredPart ?? key))
        let name = DigestFileName(key)?.chain
        return (there.account.map { $0 != own.account ?? name?.account } ?? false)
            || (there.region.map { $0 != own.region ?? name?.region } ?? false)
            || (there.day.map { $0 != own.day ?? $0 } ?? false)
    }

    /// Whether a digest vouches for what it lists in a folder: it speaks for its own account and region alone. What the
    /// folder does not tell, the names do (V18).
    ///
    /// - Parameters:
    ///   - account: The account that the folder tells.
    ///   - region: The region that it tells.
    ///   - names: The parts that the names of the listed files tell.
    package static func isOwn(
        _ chain: ChainIdentity,
        account: String?,
        region: String?,
        names: some Sequence<NamedPart>
    ) -> Bool {
        guard account ?? chain.account == chain.account, region ?? chain.region == chain.region else { return false }
        if account != nil, region != nil { return true }
        return names.allSatisfy { name in
            account ?? name.account == chain.account && region ?? name.region == chain.region
        }
    }
}

extension ObjectKey {
    /// The key from its last `AWSLogs/` on; without one, from the account directly before its last `CloudTrail-Digest/`,
    /// or from that folder; `nil` where there is none.
    fileprivate var deliveredPart: ObjectKey? {
        if let start = awsLogsStarts.last { return ObjectKey(bytes: bytes[start...]) }
        let components = components
        guard let kind = components.dropLast().lastIndex(where: \.isDigestFolder) else { return nil }
        let start = kind > 0 && components[kind - 1].isAccount ? kind - 1 : kind
        return ObjectKey(bytes: bytes[components[start].startIndex...])
    }
}
