internal import CloudTrailIntegrity

extension OpenObject {
    /// Reads what is left.
    ///
    /// - Parameter size: The size of the buffer, in bytes.
    /// - Returns: The content, and what is wrong with how it was read.
    func contentAndFault(size: Int, limit: Int) throws -> ([UInt8], fault: String?) {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: size)
        func next() throws -> Int {
            var span = buffer.mutableSpan
            var bytes = unsafe span.mutableBytes
            return try read(into: &bytes)
        }
        while true {
            let count = try next()
            guard (0...size).contains(count) else {
                return (content, "is to return no more than the \(size) bytes of its buffer, and returns \(count)")
            }
            if count == 0 { break }
            content += buffer[..<count]
            if content.count > limit { return (content, "is to come to an end after \(limit) bytes, and does not") }
        }
        let more = try next()
        return (content, more == 0 ? nil : "is to return 0 again behind the end, and returns \(more)")
    }
}

extension ConformanceRun {
    /// What is wrong with an object that is to have this content, a sentence each.
    ///
    /// - Parameter size: The size of the buffer that it is read with.
    static func faults(
        of object: any OpenObject,
        called name: String,
        content expected: [UInt8],
        size: Int
    ) -> [(check: Nonconformity.Check, sentence: String)] {
        var faults: [(check: Nonconformity.Check, sentence: String)] = []
        if let stored = object.storedBytes, stored != UInt64(expected.count) {
            let wanted = "\(expected.count), the size of its content, or nil"
            faults.append((.sizes, "storedBytes of \(name) is to be \(wanted), and is \(stored)"))
        }
        do {
            let (content, fault) = try object.contentAndFault(size: size, limit: expected.count + 4096)
            if let fault { faults.append((.reading, "read(into:) of \(name) \(fault)")) }
            if content != expected {
                let how = content.count == expected.count ? "others" : "\(content.count)"
                let what = "\(name), read with a buffer of \(size) bytes,"
                faults.append((.reading, "\(what) is to yield its \(expected.count) bytes, and yields \(how)"))
            }
            try object.checkUnchanged()
            _ = try object.signatureMetadata()
        } catch {
            faults.append((.reading, "\(name) is to be read to its end, and throws \(error)"))
        }
        return faults
    }

    /// The sizes of buffers that a content of this size is read with.
    private static func sizes(for count: Int) -> Set<Int> {
        let sizes: Set = [max(1, count), 1 << 16, 4095]
        return count <= 4096 ? sizes.union([1, 7]) : sizes
    }

    /// Every file, by buffers of several sizes, and its metadata.
    mutating func checkReading() {
        let source = source
        var listed: [ObjectKey: ObjectMetadata] = [:]
        try? source.list { listed[$0.path] = $0.metadata }
        for (path, content) in expected.files {
            for size in Self.sizes(for: content.count).sorted() {
                let opened = expecting(.reading, "open(_:) of \(path.quoted)") { try source.open(path) }
                guard let opened else { break }
                let faults = Self.faults(of: opened, called: path.quoted, content: content, size: size)
                for (check, sentence) in faults { note(check, sentence) }
            }
            checkTwoAtOnce(path, content)
            checkMetadata(path, content, listed: listed[path])
        }
    }

    /// Two objects of one file, each with a place of its own in it.
    private mutating func checkTwoAtOnce(_ path: ObjectKey, _ content: [UInt8]) {
        let objects = try? (source.open(path), source.open(path))
        guard let (first, second) = objects else { return }
        _ = try? first.contentAndFault(size: 1 << 16, limit: content.count + 4096)
        for fault in Self.faults(of: second, called: "\(path.quoted), opened twice,", content: content, size: 1 << 16) {
            note(fault.check, fault.sentence)
        }
    }

    private mutating func checkMetadata(_ path: ObjectKey, _ content: [UInt8], listed: ObjectMetadata?) {
        let source = source
        let known = expecting(.metadata, "metadata(of:) of \(path.quoted)") { try source.metadata(of: path) }
        guard let known, let opened = try? source.open(path).metadata else { return }
        // Where no time is known the size is not looked at.
        if known.modified != nil, known.storedBytes != UInt64(content.count) {
            note(
                .sizes,
                "metadata(of:) of \(path.quoted) is to say its size, \(content.count), and says \(known.storedBytes)"
            )
        }
        if known != opened {
            note(.metadata, "metadata(of:) of \(path.quoted) is to be what its object says, and is not")
        }
        if let listed, listed != known {
            note(.metadata, "list(_:) is to say of \(path.quoted) what metadata(of:) says, or nothing, and does not")
        }
    }

    // MARK: What cannot be read

    /// What is not there, and what cannot be read or listed.
    mutating func checkErrors() {
        let (source, absent) = (source, expected.absentPath)
        for path in [absent, ObjectKey(bytes: absent.bytes + Array("/file".utf8))] {
            expectingError(.errors, "open(_:) of \(path.quoted), which is not there,", reason: .vanished) {
                _ = try source.open(path)
            }
            expectingError(.errors, "metadata(of:) of \(path.quoted), which is not there,", reason: .vanished) {
                _ = try source.metadata(of: path)
            }
        }
        if let file = expected.files.first?.path {
            for path in [ObjectKey(bytes: Array("../".utf8) + file.bytes), ObjectKey(""), ObjectKey("..")] {
                expectingError(.errors, "open(_:) of \(path.quoted), which is no path of a file,") {
                    _ = try source.open(path)
                }
            }
        }
        for path in expected.archive.links.union(expected.archive.specialFiles).sorted() {
            expectingError(.errors, "open(_:) of \(path.quoted), which is no regular file,") {
                _ = try source.open(path)
            }
        }
        for folder in expected.folders where expected.entries[folder.withoutSlash] == nil {
            expectingError(.errors, "open(_:) of \(folder.withoutSlash.quoted), which is a folder,") {
                _ = try source.open(folder.withoutSlash)
            }
        }
        for (path, reason) in expected.archive.unreadableFiles.sorted(by: { $0.key < $1.key }) {
            expectingError(.errors, "reading \(path.quoted), which cannot be read,", reason: reason) {
                _ = try source.open(path).contentAndFault(size: 1 << 16, limit: 1 << 20)
            }
        }
        let absentFolder = absent.withSlash
        let unreadable = expected.archive.unreadableFolders.map(\.withSlash)
        for folder in [absentFolder] + unreadable.sorted() {
            for listing in [
                AskedListing.below(folder, source, expected), AskedListing.directly(in: folder, source, expected),
            ] {
                checkFailing(listing, isAbsent: folder == absentFolder)
            }
        }
    }

    /// A listing of a folder that is not there, or that cannot be listed.
    private mutating func checkFailing(_ listing: AskedListing, isAbsent: Bool) {
        guard isAbsent else {
            return expectingError(.errors, "\(listing.name), which cannot be listed,") { try listing.run { _, _ in } }
        }
        var count = 0
        do {
            try listing.run { _, _ in count += 1 }
        } catch let error as ObjectReadError where error.reason == .vanished {
        } catch {
            note(.errors, "\(listing.name), which is not there, is to throw 'vanished' or nothing, and throws \(error)")
        }
        if count > 0 { note(.errors, "\(listing.name), which is not there, is to visit nothing, and does") }
    }
}
