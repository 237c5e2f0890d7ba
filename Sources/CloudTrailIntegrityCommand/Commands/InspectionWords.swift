internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailRules

/// What `inspect` says of a digest file in sentences.
enum InspectionWords {
    /// The verdict, in one sentence; it may hold text from the file.
    static func verdict(_ inspection: DigestInspection, hasKeys: Bool) -> String {
        guard let fault = inspection.faults.first else { return signed(inspection) }
        switch fault {
        case .unreadable(let error): return "NOT PROVEN: \(error.description)"
        case .overLimit(let text): return "NOT PROVEN: it hits a limit: \(text)"
        case .malformed(let what): return "BROKEN: \(what.message)"
        case .fieldMalformed(let problem): return "BROKEN, under a signature that verifies: \(problem)"
        case .relocated:
            let key = inspection.file.map { ": it is s3://\($0.location)" } ?? ""
            return "SIGNED, but under the name of another digest file\(key)"
        case .algorithmUnsupported(let name):
            return "NOT SIGNED: it names the algorithm \(shortened(name)), and CloudTrail uses "
                + "\(DigestFile.signatureAlgorithm) alone"
        case .signatureInvalid: return "NOT SIGNED: no signature at hand verifies"
        case .linkMismatch(_, let part):
            return "EXCHANGED: a verified digest file after it names another \(part.rawValue)"
                + (inspection.outcome.isValid ? "; AWS signed this one all the same" : "")
        case .keyUnknown where !hasKeys: return "READABLE: give --public-keys to have its signature tried"
        case .keyUnknown: return "NOT PROVEN: none of the keys has its fingerprint"
        case .unsigned(let rejected) where !rejected.isEmpty:
            return "NOT PROVEN: the only signature at hand does not verify, and is one that an unverified file repeats"
        case .unsigned: return "NOT PROVEN: no signature is at hand"
        case .elsewhere: return "NOT PROVEN: it lies elsewhere"
        }
    }

    private static func signed(_ inspection: DigestInspection) -> String {
        let source =
            switch inspection.outcome {
            case .valid(.successor, _): "that the digest file after it repeats"
            case .valid(let source, _): "from \(source.name)"
            default: "at hand"
            }
        let before =
            inspection.hasOtherPredecessor ? "; but the digest file before it is not the one that it names" : ""
        return "SIGNED: the signature \(source) verifies under the key that it names\(before)"
    }

    /// What to do next; `nil` where nothing is.
    static func advice(_ inspection: DigestInspection, hasKeys: Bool) -> String? {
        guard let kind = inspection.kind else {
            return inspection.hasOtherPredecessor ? FindingKind.digestLinkMismatch.advice : nil
        }
        return hasKeys || kind != .digestKeyUnknown ? kind.advice : nil
    }
}
