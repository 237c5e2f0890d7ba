internal import CloudTrailFormat

extension DigestRecord {
    /// A digest file that an earlier run proved and that has not changed since.
    package init(_ name: PackedKey, proven: ProvenDigest, reader: inout PackedKeyEncoder) {
        self.init(
            name,
            claims: Claims(proven.claims, reader: &reader),
            provenHash: proven.hash,
            at: proven.hashedAt,
            metadata: proven.metadata
        )
    }
}

extension DigestRecord.Claims {
    init(_ claims: ProvenDigest.Claims, reader: inout PackedKeyEncoder) {
        self.init(
            startTime: claims.startTime,
            endTime: claims.endTime,
            location: reader.location(claims.location),
            previous: claims.previous.map { DigestRecord.Previous($0, reader: &reader) },
            message: nil,
            fingerprint: reader.number(of: claims.fingerprint),
            isStartingDigest: claims.isStartingDigest
        )
    }
}

extension DigestRecords {
    /// What a record says, as far as that is kept of a digest file that is proven.
    package func provenClaims(of number: Int) -> ProvenDigest.Claims? {
        guard let claims = self[number].claims, let location = location(of: number) else { return nil }
        return ProvenDigest.Claims(
            startTime: claims.startTime,
            endTime: claims.endTime,
            location: location,
            fingerprint: names.text(claims.fingerprint),
            previous: previous(of: number),
            isStartingDigest: claims.isStartingDigest
        )
    }
}
