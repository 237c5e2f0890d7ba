/// What the contract says of an archive and a question, worked out rule by rule from plain values.
///
/// It shares no code with the library. The numbers V1 to V49 are those of the rules in docs/verdicts.md.
struct ContractModel {
    /// A finding cut down to what is compared.
    struct Found: Hashable, Comparable, CustomStringConvertible {
        let kind: String
        /// The file, or for something absent its key, or for a chain its name and why.
        let subject: String

        var description: String { "\(kind) \(subject)" }

        static func < (lhs: Found, rhs: Found) -> Bool { (lhs.kind, lhs.subject) < (rhs.kind, rhs.subject) }
    }

    /// How many objects came to which verdict.
    struct Count: Equatable, CustomStringConvertible {
        var valid = 0
        var invalid = 0
        var missing = 0
        var unverified = 0

        var description: String { "\(valid)+\(invalid)+\(missing)+\(unverified)" }

        mutating func add(_ kind: String) {
            if kind == "digest-missing" || kind == "log-missing" {
                missing += 1
            } else if ContractModel.violations.contains(kind) {
                invalid += 1
            } else {
                unverified += 1
            }
        }
    }

    enum Fate: String {
        case digest = "digests"
        case log = "logs"
        case sidecar = "sidecars"
        case outOfScope, hidden, other
    }

    enum Outcome: String {
        case proven, unverified, violated
    }

    static let violations: Set<String> = [
        "digest-signature-invalid", "digest-link-mismatch", "digest-malformed", "digest-relocated", "digest-missing",
        "log-modified", "log-trailing-data", "log-malformed", "log-missing", "reference-unsafe", "anchor-lost",
    ]
    static let notices: Set<String> = [
        "log-decompressed", "chain-restart", "chain-overlap", "signature-source-differs", "key-outside-validity",
        "key-new", "key-validity-unreadable", "signatures-unused", "duplicate-object", "listing-differs",
        "chain-starts-before-archive", "log-outside-archive", "log-awaiting-digest", "acknowledgement-expired",
        "acknowledgement-unmatched",
    ]

    let question: AdversaryQuestion
    let files: [ModelFile]
    let rootCount: Int
    let manifest: [AdversaryManifestEntry]
    /// What was signed, and with what.
    let truth: [String: String]
    let fingerprint: String
    /// What runs before proved; `nil` without a state.
    let memory: ContractMemory?

    // What is worked out, in this order.
    var digests: [ContractDigest] = []
    var layouts: [ModelLayout] = []
    /// What each file's path maps to.
    var places: [(bucket: String?, key: String)] = []
    /// The numbers of the digest files among the files.
    var digestFiles: Set<Int> = []
    /// The buckets and prefixes of which something is held.
    var heldLocations: Set<String> = []
    var deliveryPrefixes: [String] = []
    var fates: [Fate] = []
    var found: [Found] = []
    var digestCount = Count()
    var logCount = Count()
    var chainValid: [AdversaryChain: Int] = [:]
    var provenRoots: Set<Int> = []
    /// Whether what is unverified beside these counts.
    var allowedFound: Set<Found> = []
    /// What is found of the same files by other digests, which may not be allowed.
    var otherwiseFound: Set<Found> = []
    var locationsNotHeld: Set<Found> = []
    /// The log files that this run proved.
    var provenLogs: [ContractMemory.Log] = []
    /// Whether signed digests lie at another offset than their root's.
    var holdsPartElsewhere = false

    init(
        _ state: AdversaryState,
        _ question: AdversaryQuestion,
        truth: [String: String],
        fingerprint: String,
        rootCount: Int = 0,
        memory: ContractMemory? = nil
    ) throws {
        self.question = question
        self.memory = memory
        files = try state.places.map { try ModelFile($0, state.files[$0]?.bytes ?? []) }
        self.rootCount = max(rootCount, state.rootCount)
        manifest = question.usesManifest ? state.manifest : []
        self.truth = truth
        self.fingerprint = fingerprint
        readDigests()
        settlePlaces()
        // What lies in a log folder is no digest file, and so offers no signature and has no key.
        if digests.contains(where: { !$0.counts }) { settlePlaces(under: layouts) }
        heldLocations = locationsHeld()
        judgeDigests()
        reportDigests()
        reportChains()
        reportLostDigests()
        reportLogs()
        found += locationsNotHeld
        reportNothingValidated()
        reportSignatures()
    }

    /// - Parameter known: The layouts, where they are known.
    private mutating func settlePlaces(under known: [ModelLayout]? = nil) {
        trySignatures()
        layouts = known ?? (0..<rootCount).map(layout)
        places = files.map(mapped)
        placeDigests()
        retryMisplaced()
        trustMemory()
        // What lost its signature with them stays a digest file.
        if known == nil { settleDigestFates() }
    }

    mutating func add(_ kind: String, _ subject: String) {
        found.append(Found(kind: kind, subject: subject))
    }

    // MARK: Outcome

    /// V46, V49: the verdict when some kinds are allowed.
    func outcome(allowing allowed: Set<String>) -> Outcome {
        var outcome = Outcome.proven
        for finding in found {
            if Self.violations.contains(finding.kind) { return .violated }
            if Self.notices.contains(finding.kind) { continue }
            switch finding.kind {
            case "nothing-validated", "digest-over-limit", "log-over-limit": outcome = .unverified
            case "digest-unsigned", "log-unauthenticated":
                // Only that of the single newest digest of a chain, and its logs.
                let isAllowed = allowedFound.contains(finding) && !otherwiseFound.contains(finding)
                if !allowed.contains(finding.kind) || !isAllowed { outcome = .unverified }
            default: if !allowed.contains(finding.kind) { outcome = .unverified }
            }
        }
        if chainValid.isEmpty || chainValid.values.contains(0) { return .unverified }
        return outcome
    }

    // MARK: Keys and folders

    /// V8: the layout's reading of a path: its bucket where told, and its key; in a flat root, and where nothing maps it,
    /// as it stands.
    private func mapped(_ file: ModelFile) -> (bucket: String?, key: String) {
        let path = file.compressedPath
        switch layouts[file.place.root] {
        case .flat: return (nil, lastComponent(path))
        case .untold: return (nil, path)
        case .tree(let offset): return offset.key(of: path) ?? (nil, path)
        case .merged(let offsets):
            return ModelPart(name: file.name).flatMap { offsets[$0] }.flatMap { $0.key(of: path) } ?? (nil, path)
        }
    }

    func isFlat(_ root: Int) -> Bool { layouts[root] == .flat }

    /// V4, V5: what the folders of a key tell.
    func folders(ofKey key: String) -> ModelFolder { folders(ofKey: key, below: deliveryPrefixes) }

    /// V5, of a key that is below one of these prefixes.
    func folders(ofKey key: String, below prefixes: [String]) -> ModelFolder {
        var start = key[...]
        if let prefix = prefixes.filter({ key.hasPrefix($0 + "AWSLogs/") }).min(by: { $0.count < $1.count }) {
            start = key.dropFirst(prefix.count + "AWSLogs/".count)
        } else if key.hasPrefix("AWSLogs/") {
            start = key.dropFirst("AWSLogs/".count)
        } else if let range = key.firstRange(of: "/AWSLogs/") {
            start = key[range.upperBound...]
        }
        return ModelFolder(start.split(separator: "/", omittingEmptySubsequences: false).dropLast().map(String.init))
    }

    /// V5: what a file's folder tells; directly in a flat root the name is the place.
    func folder(of file: Int) -> ModelFolder {
        let root = files[file].place.root
        if isFlat(root) { return files[file].isAtTop ? ModelFolder([]) : foldersAsTheyStand(files[file].place.path) }
        return isMapped(file) ? folders(ofKey: places[file].key) : foldersAsTheyStand(files[file].compressedPath)
    }

    /// V4: outside the root's layout a path is read from its beginning.
    private func foldersAsTheyStand(_ path: String) -> ModelFolder {
        let folders = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().map(String.init)
        return ModelFolder(folders.first == "AWSLogs" ? Array(folders.dropFirst()) : folders)
    }

    /// Whether the root's layout makes a key of a file's path.
    private func isMapped(_ file: Int) -> Bool {
        switch layouts[files[file].place.root] {
        case .flat: false
        case .untold: true
        case .tree(let offset): offset.key(of: files[file].compressedPath) != nil
        case .merged(let offsets):
            ModelPart(name: files[file].name).flatMap { offsets[$0] }?.key(of: files[file].compressedPath) != nil
        }
    }

    /// V3, V4: what else the folder of a file may be.
    func otherFolders(of file: Int) -> [ModelFolder] {
        (ownFolder(of: file).map { [$0] } ?? []) + mergedFolders(of: file)
    }

    /// V4: in a merged root, what the folder is to each part that has files there.
    private func mergedFolders(of file: Int) -> [ModelFolder] {
        guard case .merged(let offsets) = layouts[files[file].place.root] else { return [] }
        return Set(offsets.values).compactMap { $0.key(of: files[file].compressedPath)?.key }.map(folders(ofKey:))
    }

    /// V3: whether a path is one in a log folder as it stands.
    func isPlainlyOfLogs(_ path: String) -> Bool {
        foldersAsTheyStand(path).isToldAndOfLogs || folders(ofKey: path, below: []).isToldAndOfLogs
    }

    /// V3: what a file's own folders tell, where they are a log folder's by the path as it stands, and the root's layout
    /// or a delivery prefix makes something else of that.
    func ownFolder(of file: Int) -> ModelFolder? {
        guard isMapped(file) else { return nil }
        let path = files[file].compressedPath
        if places[file].key == path {
            let own = folders(ofKey: path, below: [])
            return own != folders(ofKey: path) && own.isToldAndOfLogs ? own : nil
        }
        return [foldersAsTheyStand(path), folders(ofKey: path)].first(where: \.isToldAndOfLogs)
    }

    /// Whether one of a file's folders tells what is so, or none tells anything.
    private func tells<Value>(
        _ file: Int,
        _ part: KeyPath<ModelFolder, Value?>,
        _ isSo: (Value) -> Bool
    ) -> Bool {
        let told = ([folder(of: file)] + otherFolders(of: file)).compactMap { $0[keyPath: part] }
        return told.isEmpty || told.contains(where: isSo)
    }

    // MARK: What is asked for

    /// V39: the range is of delivery time; a window that touches it at an end alone is outside.
    func isInRange(_ window: Range<Int64>) -> Bool {
        window.lowerBound < question.end ?? .max && window.upperBound > question.start ?? .min
    }

    private func isDayInRange(_ day: Int64) -> Bool { isInRange(day * CivilTime.day..<(day + 1) * CivilTime.day) }

    /// V40: a minute within which the start or the end falls is outside.
    private func isMinuteInRange(_ minute: Int64) -> Bool {
        if let start = question.start, minute < start { return false }
        if let end = question.end, minute + 60 > end { return false }
        return true
    }

    /// V40: whether a file that no verified digest lists is asked for, by its place and its name.
    ///
    /// - Parameter anyTime: Whether the range does not matter.
    func isAskedFor(_ number: Int, whatever anyTime: Bool = false) -> Bool {
        let file = files[number]
        let folder = folder(of: number)
        let isFolderAsked =
            question.accounts.isEmpty || tells(number, \.account) { question.accounts.contains($0) }
        let isRegionAsked = question.regions.isEmpty || tells(number, \.region) { question.regions.contains($0) }
        let isDayAsked = anyTime || tells(number, \.day, isDayInRange)
        let byFolder = isFolderAsked && isRegionAsked && isDayAsked
        guard let name = file.logName else { return byFolder }
        if !mergedFolders(of: number).isEmpty, isOfItsFolder(number) {
            return isFolderAsked && isRegionAsked && (anyTime || isMinuteInRange(name.time))
        }
        let isNameSelected = question.selects(account: name.account, region: name.region)
        if isFlat(file.place.root) && folder == ModelFolder([]) || isOfItsFolder(number) {
            return isNameSelected && (anyTime || isMinuteInRange(name.time))
        }
        return byFolder || isNameSelected && (anyTime || isDayInRange(name.time / CivilTime.day))
    }

    /// V40: whether a log's name agrees with its folder, which tells account, region and day.
    private func isOfItsFolder(_ number: Int) -> Bool {
        guard let name = files[number].logName else { return false }
        let folder = folder(of: number)
        return agreesWithOwnFolder(number, name) && folder.account == name.account && folder.region == name.region
            && folder.day == name.time / CivilTime.day
    }

    private func agreesWithOwnFolder(_ number: Int, _ name: AdversaryLogName) -> Bool {
        guard let own = ownFolder(of: number) else { return true }
        return own.account ?? name.account == name.account && own.region ?? name.region == name.region
            && own.day ?? name.time / CivilTime.day == name.time / CivilTime.day
    }

    /// V38: grace belongs to the folder of the file's own account, region and day.
    func mayAwait(_ number: Int) -> Bool {
        let file = files[number]
        guard let name = file.logName else { return false }
        let folder = folder(of: number)
        switch layouts[file.place.root] {
        case .flat where folder == ModelFolder([]): return true
        case .merged:
            return agreesWithOwnFolder(number, name) && folder.account ?? name.account == name.account
                && folder.region ?? name.region == name.region
                && folder.day ?? name.time / CivilTime.day == name.time / CivilTime.day
        default: return isOfItsFolder(number)
        }
    }
}
