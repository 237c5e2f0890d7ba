"""Lines of the rules, and what each is made for a while: a search that does not notice has a blind spot.

A mutation is a file below Sources/CloudTrailIntegrity, a text that stands in it once, and what takes its place. `WAY` is
the search that has to notice, as `make adversary` calls it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One line that says something else."""

    rule: str
    file: str
    text: str
    replacement: str
    way: str = "memory"


PLACEMENT = "Validation/ArchivePlacement.swift"
EVIDENCE = "Validation/Evidence.swift"
SCOPE = "Validation/FileScope.swift"
LOGS = "Validation/ReportBuilder+Logs.swift"
CHAINS = "Validation/ReportBuilder+Chains.swift"
CHAIN = "Chain/DigestChain.swift"
JUDGE = "Chain/DigestJudge.swift"
LAYOUT = "Archive/ArchiveLayout.swift"

MUTATIONS = [
    # What stood open in 0.1.0, or was closed since.
    Mutation("V3", PLACEMENT, "if isStray { strays.insert(number) }", "if isStray && false { strays.insert(number) }"),
    Mutation("V3", PLACEMENT, "amongLogs = misplaced.amongLogs.subtracting(found)", "amongLogs = []"),
    Mutation("V6", PLACEMENT, "if path.folderCount == 0 { hasTopLevelDigests[digest.root] = true }", ""),
    Mutation("V10", JUDGE, "if places[number].standing == .elsewhere { faults.append(.elsewhere) }", ""),
    Mutation("V18", "Validation/LogUnit.swift", "        if !isOwn { foreign[Int(record), default: 0] += list.names.count }\n        return isOwn", "        return true"),
    Mutation("V19", CHAIN, "guard isVerified, let claims = record.claims else {", "guard let claims = record.claims else {"),
    Mutation("V37", LOGS, "if rootsOfListers(of: listing.record) == [root] { return nil }", "return nil"),
    Mutation("V38", SCOPE, "&& name.time <= coveredUntil.advanced(bySeconds: options.grace.components.seconds)", ""),
    Mutation("V47", EVIDENCE, "(1...DigestChain.hour).contains", "(1...40 * DigestChain.hour).contains"),
    Mutation("V42", "Validation/ReportBuilder+Earlier.swift", "digest.mustBeRead = true", "if digest.mustBeRead { continue }", "nights"),
    # Others.
    Mutation("V3", PLACEMENT, "return folder == KeyFolder(of: path, prefixes) ? nil : told(folder)", "return nil"),
    Mutation("V7", LAYOUT, "return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key", "return counts.keys.min()"),
    Mutation("V9", PLACEMENT, "|| (there.day.map { $0 != own.day ?? $0 } ?? false)", ""),
    Mutation("V13", JUDGE, "} || verifiedSuccessors.contains { holds(sources, $0) }", "}"),
    Mutation("V21", CHAIN, "if !order.hasUnverified(endingIn: window, before: number) {", "if true {"),
    Mutation("V23", CHAIN, "heldUntil.map { member.window.start.seconds(since: $0) < 1 } ?? false", "heldUntil != nil"),
    Mutation("V28", CHAINS, "siblingTolerance: Int64 = 3 *", "siblingTolerance: Int64 = 4 *"),
    Mutation("V36", LOGS, "name.time.dayNumber < lister.endTime.dayNumber, !heldDays.contains(HeldDay(name)),", "name.time.dayNumber < lister.endTime.dayNumber,"),
    Mutation("V39", EVIDENCE, "return day.map { !$0.contains(window.end) && range.intersects($0) } ?? false", "return false"),
    Mutation("V40", SCOPE, "range.start <= minute && minute.advanced(bySeconds: 60) <= range.end", "range.start <= minute && minute < range.end"),
]
