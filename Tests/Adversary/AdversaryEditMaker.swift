import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop

/// Thinks up what is done to an archive, from CloudTrail's own words: folders and names that mean something, in places
/// where they mean something else.
struct AdversaryEditMaker {
    let world: AdversaryWorld
    var random: AdversaryRandom
    private var state: AdversaryState
    private(set) var edits: [AdversaryEdit] = []

    init(world: AdversaryWorld, random: AdversaryRandom) {
        self.init(world: world, state: AdversaryState(world), random: random)
    }

    /// One that goes on from a state.
    init(world: AdversaryWorld, state: AdversaryState, random: AdversaryRandom) {
        self.world = world
        self.random = random
        self.state = state
    }

    mutating func make() throws -> [AdversaryEdit] {
        let arrangesFirst = random.once(in: 2)
        if arrangesFirst && random.once(in: 2) { arrange() }
        for _ in 0..<random.of(0, 1, 1, 1, 2, 2, 3, 5) { try edit() }
        if !arrangesFirst && random.once(in: 2) { arrange() }
        return edits
    }

    /// A few edits, and no arrangements.
    mutating func make(_ count: Int) throws -> [AdversaryEdit] {
        for _ in 0..<count { try edit() }
        return edits
    }

    /// One arrangement, and no edits.
    mutating func makeArrangement() -> [AdversaryEdit] {
        arrange()
        return edits
    }

    private mutating func add(_ label: String, _ steps: [AdversaryEdit.Step], isArrangement: Bool = false) {
        if steps.isEmpty { return }
        let edit = AdversaryEdit(label: label, steps: steps, isArrangement: isArrangement)
        state.apply(edit)
        edits.append(edit)
    }

    // MARK: Picking

    private mutating func anyFile() -> AdversaryPlace? { random.pick(state.places) }

    private mutating func anyLog() -> AdversaryPlace? {
        random.pick(state.places.filter { AdversaryLogName(lastComponent($0.path)) != nil })
    }

    private mutating func anyDigest() -> AdversaryPlace? {
        random.pick(state.places.filter { AdversaryDigestName(lastComponent($0.path)) != nil })
    }

    /// The places that hold the digests of a chain, oldest first.
    private mutating func anyChain() -> [AdversaryPlace] {
        guard let line = random.pick(world.lines) else { return [] }
        return state.places.filter { AdversaryDigestName(lastComponent($0.path))?.chain == line.chain }
            .sorted { lastComponent($0.path) < lastComponent($1.path) }
    }

    /// A folder with the `/` at its end: of a file's, cut anywhere, changed in a word, or of pure vocabulary.
    private mutating func anyFolder() -> String {
        if random.once(in: 4) { return vocabulary() }
        guard let place = anyFile() else { return "" }
        var parts = parentFolder(place.path).split(separator: "/").map(String.init)
        switch random.number(0...6) {
        case 0: parts = Array(parts.prefix(random.number(0...parts.count)))
        case 1: parts.append(random.of("sub", "CloudTrail", "AWSLogs", "CloudTrail-Digest", "us-east-1"))
        case 2:
            for index in parts.indices {
                if parts[index] == "CloudTrail" {
                    parts[index] = random.of("CloudTrail-Digest", "CloudTrail-Insight", "CloudTrail-Lake")
                } else if parts[index] == "CloudTrail-Digest" {
                    parts[index] = "CloudTrail"
                }
            }
        case 3:
            for index in parts.indices where isAccount(parts[index]) {
                parts[index] = random.of("999999999999", "111122223333", "444455556666", AdversaryWorld.attacker)
            }
        case 4:
            for index in parts.indices where parts[index].hasPrefix("us-") || parts[index].hasPrefix("eu-") {
                parts[index] = random.of("us-east-1", "eu-west-1", "ap-south-1")
            }
        case 5:
            if let last = parts.last, last.count == 2 { parts[parts.count - 1] = random.of("01", "02", "03", "40") }
        default: break
        }
        return parts.map { $0 + "/" }.joined()
    }

    private mutating func vocabulary() -> String {
        let words = [
            "", "x/", "AWSLogs/", "CloudTrail/", "999999999999/CloudTrail-Digest/", "AWSLogs/111122223333/",
            "AWSLogs/111122223333/CloudTrail/", "AWSLogs/111122223333/CloudTrail/us-east-1/",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/",
            "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/", "CloudTrail-Digest/us-east-1/2026/03/01/",
            "AWSLogs/111122223333/CloudTrail-Lake/Query/2026/03/01/q/",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/AWSLogs/999999999999/CloudTrail-Digest/us-east-1/",
            "CloudTrail/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/", ".hidden/",
            "AWSLogs/111122223333/CloudTrail/.hidden/",
            "AWSLogs/o-exampleorg/111122223333/CloudTrail/us-east-1/2026/03/02/",
        ]
        return random.pick(words) ?? ""
    }

    /// A name that nobody delivered, or that somebody did.
    private mutating func anyName() -> String {
        let times = world.digests.map(\.end)
        let time = (random.pick(times) ?? 0) + Int64(random.of(-3000, 0, 600, 3600, 7200, -86_400))
        let account = random.of("111122223333", "444455556666", "999999999999", AdversaryWorld.attacker)
        let region = random.of("us-east-1", "eu-west-1")
        let log = AdversaryLogName.text(
            account: account,
            region: region,
            time: time,
            unique: String(random.next() % 100_000, radix: 36)
        )
        let chain = AdversaryChain(account: account, region: region, trail: "main", homeRegion: "us-east-1")
        let digest = AdversaryDigestName(chain: chain, end: time).text
        switch random.number(0...11) {
        case 0...4: return log
        case 5: return digest
        case 6: return String(log.dropLast(3))
        case 7: return random.of(".", ".x") + log
        case 8: return log + random.of(".bak", ".metadata.json", ".gz", "~")
        case 9: return digest + random.of(".metadata.json", ".bak", ".json")
        case 10: return random.of("notes.txt", "README", "x.gz", "x.json", ".DS_Store", "manifest.json", "Thumbs.db")
        default: return anyFile().map { lastComponent($0.path) } ?? log
        }
    }

    private func taken(_ place: AdversaryPlace) -> Bool { state.files[place] != nil }

    // MARK: Edits

    private mutating func edit() throws {
        switch random.number(0...22) {
        case 0: if let place = anyFile() { add("delete a file", [.remove(place)]) }
        case 1: if let place = anyDigest() { add("delete a digest", [.remove(place)]) }
        case 2: deleteRun()
        case 3: if let place = anyLog() { add("delete a log", [.remove(place)]) }
        case 4, 5: try alter()
        case 6: swapTwo()
        case 7, 8: moveOne()
        case 9: moveMany()
        case 10: rename()
        case 11: copy()
        case 12, 13, 14, 15: try inject()
        case 16: try plantSidecar()
        case 17: manifest()
        case 18, 19: try forge()
        case 20: try decompress()
        case 21: try replaceVersion()
        default: moveToRoot()
        }
    }

    private mutating func deleteRun() {
        let chain = anyChain()
        if chain.isEmpty { return }
        let count = random.number(1...chain.count)
        switch random.number(0...3) {
        case 0: add("delete the oldest \(count) digests", chain.prefix(count).map { .remove($0) })
        case 1: add("delete the newest \(count) digests", chain.suffix(count).map { .remove($0) })
        case 2: add("delete all digests of a chain", chain.map { .remove($0) })
        default:
            let first = random.number(0...chain.count - count)
            add("delete \(count) digests in a row", chain[first..<first + count].map { .remove($0) })
        }
    }

    private mutating func alter() throws {
        guard let place = random.once(in: 2) ? anyDigest() : anyLog(), let held = state.files[place] else { return }
        switch random.number(0...4) {
        case 0:
            let more = random.once(in: 2) ? held.bytes : Array("more".utf8)
            add("append to a file", [.write(place, held.bytes + more)])
        case 1: add("cut a file's end", [.write(place, Array(held.bytes.dropLast(random.number(1...12))))])
        case 2: add("empty a file", [.write(place, [])])
        default:
            guard let key = held.origin, let content = world.contents[key] else { return }
            var text = String(decoding: content, as: UTF8.self)
            if AdversaryDigestName(lastComponent(place.path)) != nil {
                switch random.number(0...3) {
                case 0:
                    guard let range = text.firstRange(of: "\"hashValue\":\"") else { return }
                    let digit = text[range.upperBound]
                    text.replaceSubrange(range.upperBound...range.upperBound, with: digit == "0" ? "1" : "0")
                case 1: text = text.replacing("us-east-1", with: "eu-west-1", maxReplacements: 1)
                case 2: text += " "
                default: text = text.replacing("\"digestS3Bucket\"", with: "\"digestS3Buckets\"")
                }
            } else {
                text = text.replacing("eventID", with: "eventId")
            }
            add("change a file's content", [.write(place, try compressed(Array(text.utf8)))])
        }
    }

    private mutating func swapTwo() {
        let isDigest = random.once(in: 2)
        guard let first = isDigest ? anyDigest() : anyLog(), let second = isDigest ? anyDigest() : anyLog(),
            first != second, let one = state.files[first]?.bytes, let other = state.files[second]?.bytes
        else { return }
        add("swap two files", [.write(first, other), .write(second, one)])
    }

    private mutating func moveOne() {
        guard let place = anyFile() else { return }
        let target = AdversaryPlace(root: place.root, path: anyFolder() + lastComponent(place.path))
        add("move a file", [.move(place, target)])
    }

    private mutating func moveToRoot() {
        guard let place = anyFile() else { return }
        let other = AdversaryPlace(root: 1, path: random.once(in: 2) ? place.path : lastComponent(place.path))
        add("move a file into another root", [.move(place, other)])
    }

    private mutating func moveMany() {
        guard let place = anyFile() else { return }
        let parts = parentFolder(place.path).split(separator: "/").map(String.init)
        let depth = random.number(1...max(1, parts.count))
        let source = parts.prefix(depth).map { $0 + "/" }.joined()
        let target = anyFolder()
        let moved = state.places.filter { $0.root == place.root && $0.path.hasPrefix(source) }
        let keepsFolders = !random.once(in: 4)
        let root = random.once(in: 6) ? 1 : place.root
        add(
            "move all below \(source) to \(target) of r\(root)",
            moved.map { old in
                let rest = keepsFolders ? String(old.path.dropFirst(source.count)) : lastComponent(old.path)
                return .move(old, AdversaryPlace(root: root, path: target + rest))
            }
        )
    }

    private mutating func rename() {
        guard let place = anyFile() else { return }
        let own = lastComponent(place.path)
        let name =
            random.once(in: 2)
            ? anyName()
            : random.of("." + own, String(own.dropLast(3)), own + ".bak", own.uppercased(), "copy of " + own)
        add("rename a file", [.move(place, AdversaryPlace(root: place.root, path: parentFolder(place.path) + name))])
    }

    private mutating func copy() {
        guard let place = anyFile() else { return }
        let root = random.once(in: 3) ? 1 : place.root
        let folder = root == 1 && random.once(in: 2) ? parentFolder(place.path) : anyFolder()
        let name = random.once(in: 4) ? anyName() : lastComponent(place.path)
        add("copy a file", [.copy(place, AdversaryPlace(root: root, path: folder + name))])
    }

    private mutating func inject() throws {
        let folder = anyFolder()
        try inject(below: folder)
    }

    /// A new file with any name in a folder.
    mutating func inject(below folder: String) throws {
        let place = AdversaryPlace(root: 0, path: folder + anyName())
        if taken(place) { return }
        let content = try compressed(Array("{\"Records\":[{\"injected\":\(random.next() % 1000)}]}".utf8))
        let bytes = random.once(in: 4) ? state.files[anyFile() ?? place]?.bytes ?? content : content
        add("inject a file", [.write(place, bytes)])
    }

    private mutating func plantSidecar() throws {
        guard let place = anyDigest() else { return }
        let digest = state.files[place]?.origin.flatMap { world.digest(at: $0) }
        let signature = random.once(in: 2) ? digest?.signature : random.pick(world.digests)?.signature
        let entry = AdversaryManifestEntry(bucket: "", key: "", signature: signature ?? "00")
        var bytes = random.once(in: 4) ? Array("{}".utf8) : entry.headObjectAnswer
        // Events too, for whoever reads all JSON of the folder.
        if bytes.count > 2, random.once(in: 3) { bytes = bytes.dropLast() + Array(",\"Records\":[{}]}".utf8) }
        add("plant a sidecar", [.write(AdversaryPlace(root: place.root, path: place.path + ".metadata.json"), bytes)])
    }

    private mutating func manifest() {
        guard var entry = random.pick(state.manifest) else { return }
        if random.once(in: 2) { return add("drop a manifest entry", [.drop(entry)]) }
        entry.signature = random.pick(world.digests)?.signature ?? "00"
        add("plant a manifest entry", [.add(entry)])
    }

    /// A digest file that nobody signed: after the newest of a chain, before its oldest, in the place of one, or
    /// anywhere.
    private mutating func forge() throws {
        guard let line = random.pick(world.lines) else { return }
        let own = world.digests.filter { $0.chain == line.chain }
        guard let model = random.pick(own), let newest = own.last, let oldest = own.first else { return }
        var end = model.end
        switch random.number(0...4) {
        case 0: end = newest.end + CivilTime.hour
        case 1: end = oldest.end - CivilTime.hour
        case 2: end = newest.end + Int64(random.number(2...30)) * CivilTime.hour
        case 3: end = model.end - 1200
        default: break
        }
        let start = end - (random.once(in: 4) ? 5 * CivilTime.hour : CivilTime.hour)
        let name = AdversaryDigestName(chain: line.chain, end: end).text
        let key = line.folder("CloudTrail-Digest", end) + name
        // What it lists: a file that is injected with it, and some that are genuine.
        var steps: [AdversaryEdit.Step] = []
        var logs: [AdversaryWorld.Log] = []
        if random.once(in: 2) {
            let content = Array("{\"Records\":[{\"forged\":\(random.next() % 1000)}]}".utf8)
            let path =
                random.once(in: 2)
                ? line.folder("CloudTrail", end)
                    + AdversaryLogName.text(
                        account: line.chain.account,
                        region: line.chain.region,
                        time: end - 1800,
                        unique: "forged"
                    ) : anyFolder() + anyName()
            steps.append(.write(AdversaryPlace(root: 0, path: path), try compressed(content)))
            logs.append(AdversaryWorld.Log(key: path, hash: hexText(try SHA256Digest.of(content).bytes)))
        }
        if random.once(in: 3), let log = random.pick(world.digests.flatMap(\.logs)) { logs.append(log) }
        let named = random.once(in: 4) ? nil : random.once(in: 2) ? own.last { $0.end < end } : random.pick(own)
        let document = AdversaryDocument(
            account: line.chain.account,
            start: start,
            end: random.once(in: 5) ? end + 40 * CivilTime.hour : end,
            bucket: line.bucket,
            key: random.once(in: 6) ? anyFolder() + name : key,
            fingerprint: random.once(in: 4) ? "00112233445566778899aabbccddeeff" : try AdversarySigner.fingerprint(),
            previous: named.map { digest in
                (digest.bucket, digest.key, digest.hash, random.once(in: 3) ? "abcd" : digest.signature)
            },
            logs: logs
        )
        let path = random.once(in: 4) ? anyFolder() + name : key
        steps.append(.write(AdversaryPlace(root: 0, path: path), try compressed(document.json)))
        let listed = logs.map { lastComponent($0.key) }
        add(
            "forge a digest at \(key), after \(named.map { lastComponent($0.key) } ?? "none"), listing \(listed)",
            steps
        )
    }

    /// Another version of a digest, signed by AWS, in the place of the one that was delivered.
    private mutating func replaceVersion() throws {
        guard let other = random.pick(world.otherVersions),
            let place = state.places.first(where: { state.files[$0]?.origin == other.key })
        else { return }
        add("replace a digest by another version", [.write(place, try compressed(other.content))])
    }

    private mutating func decompress() throws {
        guard let place = anyFile(), place.path.hasSuffix(".gz"), let key = state.files[place]?.origin,
            let content = world.contents[key]
        else { return }
        let plain = AdversaryPlace(root: place.root, path: String(place.path.dropLast(3)))
        if taken(plain) { return }
        let steps: [AdversaryEdit.Step] = [.write(plain, content)]
        add("decompress a file", random.once(in: 3) ? steps : [.remove(place)] + steps)
    }

    // MARK: Arrangements

    private mutating func arrange() {
        let all = state.places
        switch random.number(0...8) {
        case 0: arrange("a folder in front") { ("evidence/disk 1/" + $0, 0) }
        case 1:
            add(
                "a folder of its bucket in front of each",
                all.compactMap { place in
                    guard let key = state.files[place]?.origin else { return nil }
                    let bucket = world.digest(at: key)?.bucket ?? bucket(ofLog: key)
                    return .move(place, AdversaryPlace(root: place.root, path: "\(bucket)/\(place.path)"))
                },
                isArrangement: true
            )
        case 2: arrange("all in one folder") { (lastComponent($0), 0) }
        case 3:
            arrange("digests in a root, logs in another") { path in
                (path, AdversaryDigestName(lastComponent(path)) != nil ? 0 : 1)
            }
        case 4:
            let account = random.of("111122223333", "444455556666", AdversaryWorld.attacker)
            arrange("a root for one account") { ($0, $0.contains(account) ? 0 : 1) }
        case 5, 6: rootAtDepth()
        case 7:
            // Several accounts, or several regions too, downloaded into one folder.
            let depth = random.number(1...2)
            arrange("accounts or regions in one folder") { path in
                let parts = path.split(separator: "/").map(String.init)
                guard let category = parts.firstIndex(where: { $0 == "CloudTrail" || $0 == "CloudTrail-Digest" }) else {
                    return (path, 0)
                }
                let start = min(parts.count - 1, depth == 1 ? category : category + 1)
                let kind = depth == 1 ? "" : parts[category] + "/"
                return (kind + parts[start...].joined(separator: "/"), 0)
            }
        default:
            let first = world.lines.first?.prefix ?? ""
            arrange("without the prefix") { ($0.hasPrefix(first) ? String($0.dropFirst(first.count)) : $0, 0) }
        }
    }

    private func bucket(ofLog key: String) -> String {
        world.digests.first { $0.logs.contains { $0.key == key } }?.bucket ?? "trail-bucket"
    }

    private mutating func arrange(_ label: String, _ new: (String) -> (path: String, root: Int)) {
        add(
            label,
            state.places.filter { $0.root == 0 }.map { place in
                let (path, root) = new(place.path)
                return .move(place, AdversaryPlace(root: root, path: path))
            },
            isArrangement: true
        )
    }

    /// The root is a folder of the bucket: what is not below it is left out, or is another root.
    private mutating func rootAtDepth() {
        guard let place = anyFile() else { return }
        rootAtDepth(of: parentFolder(place.path))
    }

    /// The root is a folder that this one lies in, or itself.
    mutating func rootAtDepth(of folder: String) {
        let parts = folder.split(separator: "/").map(String.init)
        let top = parts.prefix(random.number(1...max(1, parts.count))).map { $0 + "/" }.joined()
        let keepsRest = random.once(in: 3)
        add(
            "the root is \(top)\(keepsRest ? ", and what is beside it another root" : "")",
            state.places.filter { $0.root == 0 }.map { place in
                if place.path.hasPrefix(top) {
                    return .move(place, AdversaryPlace(root: 0, path: String(place.path.dropFirst(top.count))))
                }
                return keepsRest ? .move(place, AdversaryPlace(root: 1, path: place.path)) : .remove(place)
            },
            isArrangement: true
        )
    }
}
