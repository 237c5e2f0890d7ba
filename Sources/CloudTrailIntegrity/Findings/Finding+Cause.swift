internal import CloudTrailFormat
internal import CloudTrailRules

extension Finding {
    /// A finding of this cause, in the words of the table (``FindingCause/words``).
    ///
    /// - Parameters:
    ///   - cause: What makes it a finding.
    ///   - others: What else is wrong with the same file: their facts are added.
    ///   - facts: More about it.
    init(
        _ cause: FindingCause,
        and others: some Collection<FindingCause> = [],
        _ facts: [FindingFact] = [],
        bucket: String? = nil,
        key: ObjectKey? = nil,
        path: ObjectKey? = nil,
        chain: ChainIdentity? = nil,
        start: Timestamp? = nil,
        end: Timestamp? = nil,
        concernsNewestDigest: Bool = false
    ) {
        let words = cause.words
        var detail = words.detail
        for other in others { detail.merge(other.words.detail) { first, _ in first } }
        for fact in facts { detail.merge(fact.detail) { first, _ in first } }
        self.init(
            cause.kind,
            words.message,
            bucket: bucket,
            key: key,
            path: path,
            chain: chain,
            start: start,
            end: end,
            detail: detail,
            concernsNewestDigest: concernsNewestDigest,
            ownAdvice: words.advice
        )
    }
}
