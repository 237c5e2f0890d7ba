package import CloudTrailFormat
internal import NativeInterop

/// The texts that digest files have in common, each with a number: their folders, their chains, their buckets and the
/// fingerprints of their keys. Shared by all threads.
package final class SharedNames: Sendable {
    /// Values, each with the number of those that came before it.
    private struct Numbered<Value: Hashable & Sendable>: Sendable {
        private(set) var values: [Value] = []
        private var numbers: [Value: Int32] = [:]

        subscript(number: Int32) -> Value { values[Int(number)] }

        /// The number of a value, and whether it was given just now.
        mutating func number(of value: Value) -> (number: Int32, isNew: Bool) {
            if let number = numbers[value] { return (number, false) }
            let number = Int32(clamping: values.count)
            values.append(value)
            numbers[value] = number
            return (number, true)
        }
    }

    private struct Tables: Sendable {
        var folders = Numbered<ObjectKey>()
        /// Of each folder, the number of the same without empty components.
        var collapsed: [Int32] = []
        var chains = Numbered<ChainIdentity>()
        /// Of each chain, what stands before the time in the names of its digest files.
        var chainPrefixes: [ObjectKey] = []
        /// Names that are not a digest file's.
        var others = Numbered<ObjectKey>()
        /// Buckets and fingerprints as bytes: the name of a bucket's folder may be any, and no two are the same that
        /// Unicode calls equivalent.
        var texts = Numbered<ObjectKey>()

        mutating func number(ofFolder path: ObjectKey) -> Int32 {
            let (number, isNew) = folders.number(of: path)
            guard isNew else { return number }
            collapsed.append(number)
            let short = path.collapsed
            if short != path { collapsed[Int(number)] = self.number(ofFolder: short) }
            return number
        }

        mutating func number(of chain: ChainIdentity) -> Int32 {
            let (number, isNew) = chains.number(of: chain)
            if isNew { chainPrefixes.append(ObjectKey(bytes: DigestFileName.prefix(of: chain))) }
            return number
        }
    }

    private let tables = LockedState(Tables())

    package init() {}

    // MARK: Numbers

    /// The number of a folder: its path, with the `/` at its end.
    func number(ofFolder path: ObjectKey) -> Int32 {
        tables.withLock { $0.number(ofFolder: path) }
    }

    /// The number of a name that is not a digest file's.
    func number(ofName name: ArraySlice<UInt8>) -> Int32 {
        let name = ObjectKey(bytes: name)
        return tables.withLock { $0.others.number(of: name).number }
    }

    /// The number of a bucket or of a key's fingerprint.
    func number(of text: String) -> Int32 {
        let bytes = ObjectKey(text)
        return tables.withLock { $0.texts.number(of: bytes).number }
    }

    /// The number of a chain.
    func number(of chain: ChainIdentity) -> Int32 {
        tables.withLock { $0.number(of: chain) }
    }

    /// The key of the digest file with this name in a folder.
    func key(_ name: DigestFileName, folder: Int32) -> PackedKey {
        PackedKey(
            folder: folder,
            chain: number(of: name.chain),
            endTime: name.endTime,
            isCompressed: name.isCompressed
        )
    }

    /// The numbers of a key.
    package func key(_ key: ObjectKey) -> PackedKey {
        var reader = PackedKeyEncoder(self)
        return reader.key(key)
    }

    /// Of each folder, the number of the same without empty components, as downloads collapse them.
    var collapsedFolders: [Int32] { tables.withLock { $0.collapsed } }

    // MARK: Texts

    /// The chains, by their numbers.
    package var chains: [ChainIdentity] { tables.withLock { $0.chains.values } }

    /// The chain with this number.
    package func chain(_ number: Int32) -> ChainIdentity {
        tables.withLock { $0.chains[number] }
    }

    /// The bucket or the fingerprint with this number.
    package func text(_ number: Int32) -> String {
        tables.withLock { $0.texts[number] }.description
    }

    /// The path of the folder with this number, with the `/` at its end.
    func path(ofFolder number: Int32) -> ObjectKey {
        tables.withLock { $0.folders[number] }
    }

    /// The name of a digest file, in parts; `nil` where it is not one's.
    package func fileName(of key: PackedKey) -> DigestFileName? {
        guard key.isDigestFile else { return nil }
        return DigestFileName(chain: chain(key.chain), endTime: key.endTime, isCompressed: key.isCompressed)
    }

    /// The bytes behind the last `/` of a key.
    package func name(of key: PackedKey) -> [UInt8] {
        if let name = fileName(of: key) { return name.bytes }
        guard let number = key.otherName else { return [] }
        return tables.withLock { $0.others[number].bytes }
    }

    /// The key with these numbers.
    package func objectKey(_ key: PackedKey) -> ObjectKey {
        ObjectKey(bytes: path(ofFolder: key.folder).bytes + name(of: key))
    }

    /// The object with these numbers.
    package func objectLocation(_ location: DigestLocation) -> ObjectLocation {
        ObjectLocation(bucket: text(location.bucket), key: objectKey(location.key))
    }

    /// Below zero when the name of the first comes before the second's, byte for byte, above when after, and zero when
    /// they are the same.
    func compareNames(_ first: PackedKey, _ second: PackedKey) -> Int {
        if first.hasSameName(as: second) { return 0 }
        if first.isDigestFile, second.isDigestFile {
            // What stands before the time decides, unless one's is the other's begin; then the time does.
            let (left, right) = tables.withLock { tables in
                (tables.chainPrefixes[Int(first.chain)].bytes, tables.chainPrefixes[Int(second.chain)].bytes)
            }
            let count = min(left.count, right.count)
            let order = left[..<count].compare(with: right[..<count])
            if order != 0 { return order }
            let seconds = first.endTime.seconds(since: second.endTime)
            if left.count == right.count, seconds != 0 { return seconds < 0 ? -1 : 1 }
        }
        return name(of: first)[...].compare(with: name(of: second)[...])
    }
}
