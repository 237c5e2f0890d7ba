internal import CloudTrailIntegrity

extension ConformanceRun {
    /// Folders that are opened once, and their files.
    mutating func checkFolders(of source: any FolderSource) {
        for path in [ObjectKey("")] + expected.folders {
            for checkingEachFile in [false, true] {
                let folder = expecting(.folders, "openFolder(_:checkingEachFile:) of \(path.quoted)") {
                    try source.openFolder(path, checkingEachFile: checkingEachFile)
                }
                guard let folder else { continue }
                check(folder, at: path)
            }
        }
        let absent = expected.absentPath.withSlash
        expectingError(.folders, "using the folder \(absent.quoted), which is not there,", reason: .vanished) {
            _ = try source.openFolder(absent, checkingEachFile: false).open(Array("file".utf8).span)
        }
        for path in expected.archive.links.sorted() {
            expectingError(.folders, "using the folder \(path.quoted), which is a link,") {
                _ = try source.openFolder(path.withSlash, checkingEachFile: false).open(Array("file".utf8).span)
            }
        }
    }

    private mutating func check(_ folder: any ObjectFolder, at path: ObjectKey) {
        let files = expected.files.filter { $0.path.lies(in: path) }
        // One that is held is not taken away from whoever holds it.
        let held = files.first.flatMap { file in try? folder.open(file.path.name(in: path).span) }
        for (file, content) in files {
            let name = file.name(in: path)
            let what = "\(file.quoted), opened in its folder,"
            let object = expecting(.folders, "open(_:) of \(what)") { try folder.open(name.span) }
            guard let object else { continue }
            for fault in Self.faults(of: object, called: what, content: content, size: 1000) {
                note(.folders, fault.sentence)
            }
            let known = expecting(.folders, "metadata(of:) of \(what)") { try folder.metadata(of: name.span) }
            if let known, let other = try? source.metadata(of: file), known != other {
                note(.folders, "metadata(of:) of \(what) is to be what the source says, and is something else")
            }
        }
        if let held, let (file, content) = files.first {
            for fault in Self.faults(of: held, called: "\(file.quoted), held meanwhile,", content: content, size: 1000)
            {
                note(.folders, fault.sentence)
            }
        }
        for name in ["\(expected.absentPath)", "", ".", "..", "../\(expected.absentPath)", "a/b", "a\0b"] {
            let bytes = Array(name.utf8)
            let what = "opening '\(name.escapedForDisplay)', the name of no file, in \(path.quoted)"
            expectingError(.folders, what) {
                _ = try folder.open(bytes.span)
            }
        }
        if let check = folder.unchangedCheck {
            _ = expecting(.folders, "unchangedCheck of \(path.quoted), which did not change,") { try check() }
        }
    }
}

extension ObjectKey {
    /// What follows a folder.
    fileprivate func name(in folder: ObjectKey) -> [UInt8] { Array(bytes.dropFirst(folder.bytes.count)) }
}
