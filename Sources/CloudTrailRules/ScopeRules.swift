package import CloudTrailFormat

/// The rules for which digest files are judged.
package enum ScopeRules: Sendable {
    /// Whether a digest file of a selected chain is judged: its window is in the range, or of an unverified one the day of
    /// its folder, where that is another day than its name's (V39).
    ///
    /// - Parameter folderDay: The day that the file's folder tells.
    package static func isInScope(
        _ window: TimeRange,
        _ standing: DigestStanding,
        _ kind: ChainKind,
        folderDay: TimeRange?,
        _ asked: Asked
    ) -> Bool {
        if asked.range.intersects(window) { return true }
        guard standing == .unverified, kind == .regular, let folderDay else { return false }
        return !folderDay.contains(window.end) && asked.range.intersects(folderDay)
    }

    /// What nothing was validated of: the run, a root, or an account, region or trail that was asked for (V44).
    ///
    /// - Parameters:
    ///   - evidence: What there was to validate; `nil` where some chain has a verified digest in range.
    ///   - roots: The names of the roots that were asked for and hold nothing proven.
    ///   - proven: The chains with a verified digest in range.
    ///   - held: All chains of which digest files are held.
    package static func nothing(
        _ evidence: Nothing.Evidence?,
        roots: [String],
        proven: [ChainIdentity],
        held: [ChainIdentity],
        _ asked: Asked
    ) -> [Nothing] {
        func names(_ part: (ChainIdentity) -> String) -> [String] { Set(held.map(part)).sorted() }
        var found = (evidence.map { [.run($0)] } ?? []) + roots.map { Nothing.root(name: $0) }
        for account in asked.accounts.listed where !proven.contains(where: { $0.account == account }) {
            found.append(.account(account, held: names(\.account)))
        }
        for region in asked.regions.listed where !proven.contains(where: { $0.region == region }) {
            found.append(.region(region, held: names(\.region)))
        }
        for trail in asked.trails.listed where !proven.contains(where: { trail.selects($0) }) {
            found.append(.trail(trail.description, held: names(\.trail)))
        }
        return found
    }
}
