package import CloudTrailFormat

/// The key of a digest file, or its path below a root, as numbers in a ``SharedNames``: an archive has hundreds of
/// thousands of them, in few folders and of few chains.
///
/// Two of one table are equal exactly where the keys are, byte for byte: nothing of them is left out.
package struct PackedKey: Hashable, Sendable {
    /// The number of its folder.
    let folder: Int32
    /// The number of its chain; −1 where its name is not a digest file's.
    let chain: Int32
    /// The end of its window in seconds, and in the lowest bit whether the name ends in `.gz`; without a chain the number
    /// of its name.
    private let name: Int64

    init(folder: Int32, chain: Int32, endTime: Timestamp, isCompressed: Bool) {
        self.folder = folder
        self.chain = chain
        name = endTime.secondsSinceEpoch << 1 | (isCompressed ? 1 : 0)
    }

    /// A key with a name that is not a digest file's.
    init(folder: Int32, otherName: Int32) {
        self.folder = folder
        chain = -1
        name = Int64(otherName)
    }

    private init(folder: Int32, chain: Int32, name: Int64) {
        self.folder = folder
        self.chain = chain
        self.name = name
    }

    /// Whether its name is a digest file's.
    package var isDigestFile: Bool { chain >= 0 }

    /// The end of the digest's window, as its name has it.
    package var endTime: Timestamp { Timestamp(secondsSinceEpoch: isDigestFile ? name >> 1 : 0) }

    /// `false` for `….json`: a download that decompressed the file.
    var isCompressed: Bool { isDigestFile && name & 1 == 1 }

    /// The number of its name, where that is not a digest file's.
    var otherName: Int32? { isDigestFile ? nil : Int32(clamping: name) }

    /// The same in another folder.
    func moved(to folder: Int32) -> PackedKey {
        PackedKey(folder: folder, chain: chain, name: name)
    }

    /// The key of the object that a digest file of this path came from: `x.json` was `x.json.gz` before it was
    /// decompressed.
    var compressed: PackedKey {
        isDigestFile ? PackedKey(folder: folder, chain: chain, name: name | 1) : self
    }

    /// A hash of the key in the highest bits: multiply-shift hashing, under which two keys meet as seldom as by chance
    /// when the multipliers are random and odd (Dietzfelbinger et al., 1997).
    func hash(_ multipliers: (UInt64, UInt64)) -> UInt64 {
        let place = UInt64(UInt32(bitPattern: folder)) << 32 | UInt64(UInt32(bitPattern: chain))
        return place &* multipliers.0 &+ UInt64(bitPattern: name) &* multipliers.1
    }

    /// Whether the two end in the same name.
    func hasSameName(as other: PackedKey) -> Bool {
        chain == other.chain && name == other.name
    }
}

/// Where CloudTrail put a digest file, as numbers in a ``SharedNames``.
package struct DigestLocation: Hashable, Sendable {
    /// The number of its bucket.
    package let bucket: Int32
    package let key: PackedKey
}

/// Reads the keys of digest files one after another; one a thread. Neighbours lie in one folder, and their names differ
/// in their time alone.
package struct PackedKeyEncoder {
    private let names: SharedNames
    private var folder: [UInt8] = []
    private var folderNumber: Int32 = -1
    private var lastName: [UInt8] = []
    private var lastKey: PackedKey?
    private var lastTexts: [(text: String, number: Int32)] = []
    /// The name that was given last; where the time begins in it, and what stands behind that.
    private var writtenKey: PackedKey?
    private var writtenName: [UInt8] = []
    private var timeOffset = 0
    private var writtenEnd: [UInt8] = []

    /// The length of the time, and of what follows it in the name of a regular digest file.
    private static let timeCount = 16
    private static let endCount = 8
    /// What stands behind the 12 digits of the account.
    private static let kind: StaticString = "_CloudTrail-Digest_"
    private static let accountCount = 12
    /// How many texts are remembered: a bucket and a key's fingerprint, of this digest and of the one before.
    private static let textsKept = 4

    package init(_ names: SharedNames) {
        self.names = names
    }

    /// The key with these bytes.
    package mutating func key(_ key: ObjectKey) -> PackedKey {
        if let digest = digestFile(key) { return digest }
        return PackedKey(folder: number(ofFolder: key.folder.span), otherName: names.number(ofName: key.lastComponent))
    }

    /// The key with these bytes; `nil` when its name is not a digest file's.
    package mutating func digestFile(_ key: ObjectKey) -> PackedKey? {
        let start = key.folderCount
        let bytes = key.bytes.span
        return digestFile(bytes.extracting(droppingFirst: start), in: bytes.extracting(first: start))
    }

    /// The key of the file with this name; `nil` when it is not a digest file's.
    ///
    /// - Parameter folder: The path of its folder, with the `/` at its end.
    mutating func digestFile(_ name: Span<UInt8>, in folder: Span<UInt8>) -> PackedKey? {
        guard name.holds(Self.kind, at: Self.accountCount) else { return nil }
        let folder = number(ofFolder: folder)
        if let lastKey, name.count == lastName.count, let time = Self.time(in: name),
            name.extracting(droppingLast: Self.timeCount + Self.endCount)
                .isSame(as: lastName.span.extracting(droppingLast: Self.timeCount + Self.endCount)),
            name.extracting(last: Self.endCount).isSame(as: lastName.span.extracting(last: Self.endCount))
        {
            return PackedKey(
                folder: folder,
                chain: lastKey.chain,
                endTime: time,
                isCompressed: lastKey.isCompressed
            )
        }
        guard let read = DigestFileName(ObjectKey(bytes: Array(name))) else { return nil }
        let digest = names.key(read, folder: folder)
        // Only names whose time stands where it is looked for are compared with.
        lastKey = Self.time(in: name) == read.endTime && !read.chain.isBackfill ? digest : nil
        lastName = Array(name)
        return digest
    }

    /// The name of a digest file that a listing came upon: the bytes behind the last `/` of its path.
    mutating func name(of key: PackedKey) -> [UInt8] {
        if writtenKey?.chain != key.chain || writtenKey?.isCompressed != key.isCompressed {
            guard let name = names.fileName(of: key) else { return names.name(of: key) }
            writtenKey = key
            writtenName = name.bytes
            timeOffset = DigestFileName.prefix(of: name.chain).count
            writtenEnd = Array(writtenName[(timeOffset + Self.timeCount)...])
        } else {
            writtenName.removeSubrange(timeOffset...)
            key.endTime.appendCompact(to: &writtenName, seconds: true)
            writtenName.append(contentsOf: writtenEnd)
        }
        return writtenName
    }

    /// The numbers of a bucket and a key.
    mutating func location(_ location: ObjectLocation) -> DigestLocation {
        DigestLocation(bucket: number(of: location.bucket), key: key(location.key))
    }

    /// The number of a bucket or of a key's fingerprint.
    mutating func number(of text: String) -> Int32 {
        for known in lastTexts where known.text == text && known.text.utf8.count == text.utf8.count {
            return known.number
        }
        let number = names.number(of: text)
        // What Unicode calls equivalent to ASCII, and is not the same, is longer: to compare them as texts is enough.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return number }
        if lastTexts.count == Self.textsKept { lastTexts.removeFirst() }
        lastTexts.append((text, number))
        return number
    }

    private mutating func number(ofFolder path: Span<UInt8>) -> Int32 {
        if folderNumber >= 0, path.isSame(as: folder.span) { return folderNumber }
        folder = Array(path)
        folderNumber = names.number(ofFolder: ObjectKey(bytes: folder))
        return folderNumber
    }

    private static func time(in name: Span<UInt8>) -> Timestamp? {
        guard name.count > timeCount + endCount else { return nil }
        let time = name.extracting(droppingLast: endCount).extracting(last: timeCount)
        return Timestamp(compactUTF8: time, seconds: true)
    }
}
