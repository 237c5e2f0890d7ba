/// What a listing said of the files of a folder, in eight bytes each: enough to tell whether it is what was known before.
///
/// Two values have the same fingerprint, which is Swift's seeded hash, once in 2⁶⁴. That is enough here: whoever can choose
/// what a storage says of its files can also have it say what was known before.
struct ListedMetadata: Sendable {
    /// By the position of the file; 0 where the listing had none. There are fewer than files where it had none of the last
    /// ones.
    private var fingerprints: [UInt64] = []

    /// Notes what the listing said of the file at this position, behind those before it.
    mutating func set(_ metadata: ObjectMetadata?, at position: Int) {
        guard let metadata else { return }
        while fingerprints.count < position { fingerprints.append(0) }
        fingerprints.append(Self.fingerprint(metadata))
    }

    /// Whether this is what the listing said of the file at this position.
    func isListed(_ position: Int, as metadata: ObjectMetadata) -> Bool {
        position < fingerprints.count && fingerprints[position] == Self.fingerprint(metadata)
    }

    private static func fingerprint(_ metadata: ObjectMetadata) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(metadata)
        return max(1, UInt64(bitPattern: Int64(hasher.finalize())))
    }
}
