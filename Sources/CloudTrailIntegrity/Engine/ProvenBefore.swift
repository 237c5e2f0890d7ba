internal import CloudTrailRules
internal import NativeInterop

/// What earlier runs proved, and what became of it.
struct ProvenBefore: Sendable {
    /// What became of a digest file.
    enum Status: Hashable, Sendable {
        /// The record with this number is it, verified and with the same content.
        case kept(Int)
        /// No verified file with its content is there.
        case lost
    }

    let proof: EarlierProof
    /// Where digests list the folders of log files, by the numbers of these in the state.
    let folders: [ListedFolder]
    /// What became of the digests, by their numbers in the state.
    let digests: [Status]

    var state: ProvenState { proof.state }

    init(_ proof: EarlierProof, folders: [ListedFolder], _ judged: JudgedDigests) {
        self.proof = proof
        self.folders = folders
        let copies = judged.facts.digests(at: proof.state.digests.lazy.map(\.claims.location.key))
        digests = zip(proof.state.digests, copies).map { digest, copies in
            let same = copies.first { record in
                judged.verdicts[record].isVerified && judged.facts.records[record].hash == digest.hash
            }
            return same.map { .kept($0) } ?? .lost
        }
    }
}
