internal import CloudTrailFormat

/// What a state holds of one account and region: it is written and read without the others.
package struct StateSection: Sendable {
    /// Which one it is.
    package struct Name: Hashable, Comparable, Sendable {
        package let account: String
        package let region: String

        package init(account: String, region: String) {
            self.account = account
            self.region = region
        }

        package static func < (lhs: Name, rhs: Name) -> Bool {
            (ObjectKey(lhs.account), ObjectKey(lhs.region)) < (ObjectKey(rhs.account), ObjectKey(rhs.region))
        }
    }

    package let name: Name
    /// Those whose names are of this account and region.
    package var digests: [ProvenDigest] = []
    /// What those digests list; each file has the number of its digest in this section.
    package var folders: [ProvenFolder] = []
    package var findings: [KnownFinding] = []

    package init(_ name: Name) {
        self.name = name
    }
}

extension ProvenState {
    /// What it holds, by account and region in their order.
    var sections: [StateSection] {
        var sections: [StateSection.Name: StateSection] = [:]
        var places: [(section: StateSection.Name, number: Int)] = []
        places.reserveCapacity(digests.count)
        for digest in digests {
            let chain = DigestFileName(digest.path)?.chain
            let name = StateSection.Name(account: chain?.account ?? "", region: chain?.region ?? "")
            places.append((name, sections[name]?.digests.count ?? 0))
            sections[name, default: StateSection(name)].digests.append(digest)
        }
        for folder in folders {
            for (name, part) in folder.parts(by: { places[$0] }) {
                sections[name, default: StateSection(name)].folders.append(part)
            }
        }
        for finding in findings {
            let name = StateSection.Name(account: finding.account, region: finding.region)
            sections[name, default: StateSection(name)].findings.append(finding)
        }
        return sections.values.sorted { $0.name < $1.name }
    }

    /// The same of some accounts and regions alone; but with all findings.
    func filtered(_ isWanted: (StateSection.Name) -> Bool) -> ProvenState {
        var state = ProvenState()
        (state.runs, state.keys) = (runs, keys)
        for section in sections where isWanted(section.name) { state.append(section) }
        state.findings = findings
        return state
    }

    mutating func append(_ section: StateSection) {
        let offset = digests.count
        digests += section.digests
        for var folder in section.folders {
            for index in folder.files.indices { folder.files[index].digest += offset }
            folders.append(folder)
        }
        findings += section.findings
    }
}

extension ProvenFolder {
    /// The files by the section of their digest, with the number that it has there.
    fileprivate func parts(
        by place: (Int) -> (section: StateSection.Name, number: Int)
    ) -> [(StateSection.Name, ProvenFolder)] {
        let places = files.map { place($0.digest) }
        let sections = Set(places.map(\.section)).sorted()
        return sections.map { section in
            (section, filtered { index in places[index].section == section ? places[index].number : nil })
        }
    }

    /// The files that `number` gives a digest, by their position.
    func filtered(_ number: (Int) -> Int?) -> ProvenFolder {
        var kept: [File] = []
        var isKept = [Bool](repeating: false, count: files.count)
        for (index, file) in files.enumerated() {
            guard let digest = number(index) else { continue }
            var file = file
            file.digest = digest
            kept.append(file)
            isKept[index] = true
        }
        var names = names
        if kept.count < files.count {
            var writer = PackedNames.Writer(hasHashes: true)
            var reader = names.makeReader()
            for index in files.indices {
                guard reader.next(), let hash = reader.hash else { break }
                if isKept[index] { writer.append(reader.name.span, hash: hash) }
            }
            names = writer.finish()
        }
        return ProvenFolder(root: root, source: source, bucket: bucket, path: path, names: names, files: kept)
    }
}
