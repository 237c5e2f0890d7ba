import CloudTrailIntegrity

extension AdversaryJudge {
    /// What must hold of every report, whatever the model says.
    func brokenLaws() throws -> [String] {
        var broken = tallyLaw() + provenLaw() + silenceLaw() + deletionLaw() + violationLaw()
        broken += try orderLaw()
        broken += try layoutLaw()
        return broken
    }

    /// What must hold of a night's report, whatever was remembered.
    func brokenLawsOfANight() -> [String] { tallyLaw() + provenLaw() + silenceLaw() + violationLaw() }

    private var names: Set<String> { Set(report.findings.compactMap { $0.path?.description }) }

    // MARK: Counts

    private func tallyLaw() -> [String] {
        if let fates = Self.fates(report), fates.values.reduce(0, +) != state.files.count {
            return ["law fates: \(fates) for \(state.files.count) files"]
        }
        let inChains = report.chains.map(\.digests.total).reduce(0, +)
        return inChains == report.digests.total
            ? [] : ["law tally: \(report.digests.total) digest files, \(inChains) in chains"]
    }

    // MARK: Nothing that is not as delivered is proven

    private func provenLaw() -> [String] {
        report.provenFiles.compactMap { proven in
            let path = proven.path.description
            guard let place = Self.place(path), let held = state.files[place] else {
                return "law proven: \(path) is proven, not there"
            }
            let key = proven.key.description
            // What lies under its old time is read again only when that is asked for.
            if held.isDisguised { return nil }
            guard let content = test.world.contents[key] else {
                return "law proven: \(path) is proven as \(key), which was never delivered"
            }
            let versions = [content] + test.world.otherVersions.filter { $0.key == key }.map(\.content)
            guard let stored = try? ModelContent.of(held.bytes), stored.condition == .complete,
                versions.contains(stored.content)
            else { return "law proven: \(path) is proven, and is not what was delivered" }
            return nil
        }
    }

    static func place(_ path: String) -> AdversaryPlace? {
        guard path.hasPrefix("r"), let slash = path.firstIndex(of: "/"),
            let root = Int(path.dropFirst().prefix { $0 != "/" })
        else { return nil }
        return AdversaryPlace(root: root, path: String(path[path.index(after: slash)...]))
    }

    // MARK: Nothing asked for is passed over

    /// Where all is asked for, every file with a name of CloudTrail's is proven or named, and so is every file in what is
    /// plainly a log folder.
    private func silenceLaw() -> [String] {
        guard test.question.isWhole else { return [] }
        let known = names.union(report.provenFiles.map(\.path.description))
        let folders = report.findings.filter { $0.kind.rawValue == "part-elsewhere" }
            .compactMap { $0.path?.description ?? $0.key?.description }
        return state.places.compactMap { place in
            let name = lastComponent(place.path)
            if known.contains(place.description) || name.hasPrefix(".") || !folders.isEmpty { return nil }
            if place.path.contains("CloudTrail-Lake/"), AdversaryLogName(name) == nil { return nil }
            let suffix = ".metadata.json"
            if name.hasSuffix(suffix), known.contains(String(place.description.dropLast(suffix.count))) { return nil }
            let isNamed = AdversaryDigestName(name) != nil || AdversaryLogName(name) != nil
            return isNamed || isPlainlyOfLogs(place.path) ? "law silence: \(place) is neither proven nor named" : nil
        }
    }

    /// Whether readers of the logs read a file whatever it is called: by its path as it stands.
    private func isPlainlyOfLogs(_ path: String) -> Bool {
        var folders = path.split(separator: "/").dropLast().map(String.init)
        guard folders.first == "AWSLogs" else { return false }
        folders.removeFirst()
        return ModelFolder(folders).account != nil && ModelFolder(folders).isOfLogs
    }

    /// A log file that a proven digest lists, and a digest file between two proven ones of its chain, are not gone without
    /// a word.
    private func deletionLaw() -> [String] {
        guard test.question.isWhole else { return [] }
        let proven = Set(report.provenFiles.map(\.key.description))
        let named = Set(report.findings.compactMap { $0.key?.description })
        let paths = Set(report.findings.compactMap { $0.path.map { lastComponent($0.description) } })
        let isOpen = report.findings.contains { ["location-not-held", "part-elsewhere"].contains($0.kind.rawValue) }
        // What the oldest digest held of a chain names was not asked for.
        let predecessors = Set(
            report.findings.compactMap { finding -> String? in
                guard finding.kind == .chainStartsBeforeArchive, let key = finding.key?.description else { return nil }
                return test.world.digest(at: key)?.previousKey
            }
        )
        var broken: [String] = []
        let foreign = Set(report.findings.filter { $0.kind == .listingForeign }.compactMap { $0.key?.description })
        for digest in test.world.digests where proven.contains(digest.key) && !foreign.contains(digest.key) {
            func isOwn(_ key: String) -> Bool {
                lastComponent(key).hasPrefix(digest.chain.account) && key.contains("/\(digest.chain.region)/")
            }
            var keys = digest.logs.map(\.key).filter(isOwn)
            if let previous = digest.previousKey, isOwn(previous) {
                keys.append(previous)
            }
            for key in keys
            where !proven.contains(key) && !named.contains(key) && !paths.contains(lastComponent(key))
                && !predecessors.contains(key)
            {
                if !isOpen { broken.append("law deletion: \(key) is gone without a word") }
            }
        }
        return broken
    }

    // MARK: No violation on what was not touched

    private func violationLaw() -> [String] {
        report.findings.compactMap { finding in
            guard finding.severity == .violation else { return nil }
            if let path = finding.path?.description {
                guard let place = Self.place(path), let held = state.files[place], let origin = held.origin,
                    !held.isMoved
                else { return nil }
                if finding.kind == .digestSignatureInvalid, hasForeignSignature(place, origin) { return nil }
                if finding.kind == .digestRelocated, test.question.bucket != nil { return nil }
                return "law untouched-\(finding.kind.rawValue): \(path) is untouched"
            }
            guard let key = finding.key?.description, test.world.contents[key] != nil else { return nil }
            let isThere = state.files.contains { $0.value.origin == key && !$0.value.isMoved }
            let isPart = test.edits.contains(where: \.isArrangement) || test.question.bucket != nil
            return isThere && !isPart ? "law untouched-\(finding.kind.rawValue): \(key) is untouched" : nil
        }
    }

    /// Whether a signature that is kept for a file was planted.
    private func hasForeignSignature(_ place: AdversaryPlace, _ key: String) -> Bool {
        state.files[AdversaryPlace(root: place.root, path: place.path + ".metadata.json")] != nil
            || state.manifest.contains { !test.world.manifest.contains($0) && $0.key == key }
    }

    // MARK: The same report for any order and number of threads

    private func orderLaw() throws -> [String] {
        var other = test.question
        other.order = test.question.order &+ 1
        other.jobs = 3 - test.question.jobs
        let again = try Self.validate(state, other, by: way)
        if again.findings == report.findings && again.provenFiles == report.provenFiles
            && again.digests == report.digests && again.logs == report.logs
        {
            return []
        }
        var differing = Set(again.findings).symmetricDifference(Set(report.findings)).map { finding in
            "\(finding) \(finding.detail)"
        }
        differing += Set(again.provenFiles).symmetricDifference(Set(report.provenFiles)).map { "\($0)" }
        return ["law order: another order of listing, another report: \(differing.sorted().prefix(4))"]
    }

    // MARK: The same findings in any layout that can be told

    /// A folder in front of all, and a folder that all have in common left out, change nothing, where signed digests tell
    /// which it is.
    private func layoutLaw() throws -> [String] {
        guard test.seed.isMultiple(of: 3), state.rootCount == 1, test.question.bucket == nil else { return [] }
        let model = try model()
        let signed = model.digests.filter(\.isSigned)
        guard model.layouts == [.tree(.added(""))], !signed.isEmpty,
            model.digests.allSatisfy(\.counts), signed.allSatisfy({ $0.position == .inPlace }),
            // What lies below one AWSLogs in another is read by the path as it stands.
            state.places.allSatisfy({ $0.path.ranges(of: "AWSLogs/").count < 2 })
        else { return [] }
        var broken: [String] = []
        let top = "evidence/copy/"
        var front = state
        front.files = [:]
        for (place, held) in state.files {
            front.files[AdversaryPlace(root: place.root, path: top + place.path)] = held
        }
        broken += try compare(front, "with a folder in front") {
            $0.hasPrefix(top) ? String($0.dropFirst(top.count)) : $0
        }
        let first = state.places.first?.path.split(separator: "/").first.map { $0 + "/" } ?? ""
        if first == "AWSLogs/" || first == "logs/", state.places.allSatisfy({ $0.path.hasPrefix(first) }) {
            var below = state
            below.files = [:]
            for (place, held) in state.files {
                below.files[AdversaryPlace(root: place.root, path: String(place.path.dropFirst(first.count)))] = held
            }
            broken += try compare(below, "with the root at \(first)") { first + $0 }
        }
        return broken
    }

    private func compare(_ other: AdversaryState, _ what: String, _ path: (String) -> String) throws -> [String] {
        func told(_ report: ValidationReport, _ path: (String) -> String) -> Set<String> {
            Set(
                report.findings.map { finding in
                    let shown = finding.path.map { path(String($0.description.dropFirst(3))) } ?? "-"
                    // What is not held is named by its prefix or by its folder, as the root could hold it or not.
                    if finding.kind == .locationNotHeld { return finding.kind.rawValue }
                    return "\(finding.kind.rawValue) \(shown) \(finding.key?.description ?? "-")"
                }
            )
        }
        let mine = told(report) { $0 }
        let its = told(try Self.validate(other, test.question, by: way), path)
        let lines = mine.subtracting(its).map { "without: \($0)" } + its.subtracting(mine).map { "with: \($0)" }
        return lines.isEmpty ? [] : ["law layout: \(what), another report: \(lines.sorted().prefix(4))"]
    }
}
