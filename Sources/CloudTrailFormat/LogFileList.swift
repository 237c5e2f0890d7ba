/// The log files that a digest file lists, in its order.
///
/// A list may be long, and an archive holds many. So there is no object for each entry: the keys are
/// consecutive in one array, and a bucket's name stands here once.
package struct LogFileList: Hashable, Sendable {
    /// An entry without copies of its texts.
    package struct Entry: Hashable, Sendable {
        /// The index of the bucket's name in ``LogFileList/buckets``.
        package let bucketIndex: Int
        /// Where the object's key stands in ``LogFileList/keyBytes``.
        package let keyRange: Range<Int>
        /// The SHA-256 of the log file's uncompressed content.
        package let hash: SHA256Digest
    }

    private struct StoredEntry: Hashable, Sendable {
        let bucketIndex: Int
        let keyEnd: Int
        let hash: SHA256Digest
    }

    /// The names of the buckets, each once, in the order in which they appear.
    package private(set) var buckets: [String] = []
    /// The keys of all entries, one after another.
    package private(set) var keyBytes: [UInt8] = []
    private var entries: [StoredEntry] = []

    /// A list without entries.
    package init() {}

    /// The entry at `position`, without copies of its texts.
    package func entry(at position: Int) -> Entry {
        let stored = entries[position]
        let start = position == 0 ? 0 : entries[position - 1].keyEnd
        return Entry(bucketIndex: stored.bucketIndex, keyRange: start..<stored.keyEnd, hash: stored.hash)
    }
}

extension LogFileList: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }

    /// The entry at `position`, with copies of its texts.
    package subscript(position: Int) -> LogFileReference {
        let entry = entry(at: position)
        return LogFileReference(
            location: ObjectLocation(
                bucket: buckets[entry.bucketIndex],
                key: ObjectKey(bytes: Array(keyBytes[entry.keyRange]))
            ),
            hash: entry.hash
        )
    }
}

extension LogFileList {
    /// Makes a list entry by entry.
    struct Builder {
        private(set) var list = LogFileList()
        /// What ``LogFileList/buckets`` probably is: that of the list before, whose memory is then shared.
        private let likelyBuckets: [String]
        /// The index of each bucket's name, where there are several.
        private var bucketIndices: [String: Int] = [:]
        /// The last entry's bucket.
        private var lastBucket: JSONReader.Text?

        init(likelyBuckets: [String]) {
            self.likelyBuckets = likelyBuckets
        }

        /// Makes room for `count` entries, each with a key of `keyCount` bytes.
        mutating func reserve(_ count: Int, keyCount: Int) {
            list.entries.reserveCapacity(count)
            list.keyBytes.reserveCapacity(count * keyCount)
        }

        /// Appends the object `key` of `bucket`, two texts that `reader` read.
        mutating func append(
            bucket: JSONReader.Text,
            key: JSONReader.Text,
            of reader: borrowing JSONReader,
            hash: SHA256Digest
        ) {
            let bucketIndex = index(ofBucket: bucket, of: reader)
            lastBucket = bucket
            reader.append(key, to: &list.keyBytes)
            list.entries.append(StoredEntry(bucketIndex: bucketIndex, keyEnd: list.keyBytes.count, hash: hash))
        }

        /// Whether this is written as the bucket of the last entry.
        func isLastBucket(_ bucket: JSONReader.Text, of reader: borrowing JSONReader) -> Bool {
            lastBucket.map { reader.areWrittenAlike($0, bucket) } ?? false
        }

        private mutating func index(ofBucket bucket: JSONReader.Text, of reader: borrowing JSONReader) -> Int {
            if let last = list.entries.last?.bucketIndex, isLastBucket(bucket, of: reader) { return last }
            if list.buckets.isEmpty, likelyBuckets.count == 1, let likely = likelyBuckets.first,
                reader.withBytes(of: bucket, { $0.isSame(as: likely) })
            {
                list.buckets = likelyBuckets
                return 0
            }
            // A bucket's name is ASCII, so that equal text is equal bytes.
            let name = reader.string(bucket)
            if let first = list.buckets.first {
                if bucketIndices.isEmpty { bucketIndices[first] = 0 }
                if let index = bucketIndices[name] { return index }
                bucketIndices[name] = list.buckets.count
            }
            list.buckets.append(name)
            return list.buckets.count - 1
        }
    }
}
