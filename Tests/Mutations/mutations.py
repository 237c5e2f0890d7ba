"""Lines of the rules, and what each is made for a while: a search that does not notice has a blind spot.

A mutation is a file below Sources, a text that stands in it once, and what takes its place. `WAY` is
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


PLACEMENT = "CloudTrailIntegrity/Engine/ArchivePlacement.swift"
LOGS = "CloudTrailIntegrity/Engine/FilesElsewhere.swift"
SCOPE = "CloudTrailRules/FileScope.swift"
CHAIN = "CloudTrailRules/ChainRules.swift"

MUTATIONS = [
    # What stood open in 0.1.0, or was closed since.
    Mutation("V3", PLACEMENT, "            case .logs, .lake:\n                strays.insert(number)\n                continue", "            case .logs, .lake: continue"),
    Mutation("V3", PLACEMENT, "amongLogs = misplaced.amongLogs.subtracting(found)", "amongLogs = []"),
    Mutation("V6", PLACEMENT, "if path.folderCount == 0 { hasTopLevelDigests[digest.root] = true }", ""),
    Mutation("V10", "CloudTrailRules/DigestRules.swift", "case .elsewhere: faults.append(.elsewhere)", "case .elsewhere: break"),
    Mutation("V18", "CloudTrailIntegrity/Engine/LogPartition.swift", "        if !isOwn { foreign[Int(record), default: 0] += list.names.count }\n        return isOwn", "        return true"),
    Mutation("V19", "CloudTrailRules/ChainClock.swift", "guard standing == .verified, let claimed else {", "guard let claimed else {"),
    Mutation("V37", LOGS, "if offset != .added([]), rootsOfListers(of: listing.record) == [root] { return nil }", "return nil"),
    Mutation("V38", SCOPE, "&& name.time <= coveredUntil.advanced(bySeconds: asked.grace)", ""),
    Mutation("V47", "CloudTrailRules/AllowRules.swift", "(1...ChainClock.hour).contains", "(1...40 * ChainClock.hour).contains"),
    Mutation("V42", "CloudTrailIntegrity/Engine/NextState.swift", "digest.mustBeRead = true", "if digest.mustBeRead { continue }", "nights"),
    # Others.
    Mutation("V3", PLACEMENT, "return folder == KeyFolder(of: path, prefixes) ? nil : told(folder)", "return nil"),
    Mutation("V7", "CloudTrailRules/ArchiveLayout.swift", "return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key", "return counts.keys.min()"),
    Mutation("V9", "CloudTrailRules/PlaceRules.swift", "|| (there.day.map { $0 != own.day ?? $0 } ?? false)", ""),
    Mutation("V13", "CloudTrailRules/SignatureRules.swift", "sources.contains(where: \\.isOwn) || successors.contains { $0.repeated == .failed }", "sources.contains(where: \\.isOwn)"),
    Mutation("V21", CHAIN, "if !order.hasUnverified(endingIn: window, before: number) {", "if true {"),
    Mutation("V23", CHAIN, "heldUntil.map { member.window.start.seconds(since: $0) < 1 } ?? false", "heldUntil != nil"),
    Mutation("V28", "CloudTrailRules/CoverageRules.swift", "siblingTolerance: Int64 = 3 *", "siblingTolerance: Int64 = 4 *"),
    Mutation("V36", "CloudTrailRules/AbsenceRules.swift", "name.time.dayNumber < log.listedAt.dayNumber, log.day == .notHeld,", "name.time.dayNumber < log.listedAt.dayNumber,"),
    Mutation("V39", "CloudTrailRules/ScopeRules.swift", "return !folderDay.contains(window.end) && asked.range.intersects(folderDay)", "return false"),
    Mutation("V40", SCOPE, "range.start <= minute && minute.advanced(bySeconds: 60) <= range.end", "range.start <= minute && minute < range.end"),
]
