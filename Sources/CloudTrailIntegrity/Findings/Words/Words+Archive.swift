internal import CloudTrailFormat
internal import CloudTrailRules

// The words for the archive and the places in it, kind by kind.

// MARK: reference-unsafe

extension KindWords {
    static let referenceUnsafe = KindWords(
        meaning:
            "A verified digest file names a key with a `.` or `..` component or a NUL, or one that leads through a "
            + "symbolic link.",
        advice:
            "Replace links in the archive by real folders. If none is on the way, the key is not CloudTrail's: keep "
            + "the digest file, and ask AWS.",
        seeAlso: "[links](#links)"
    )
}

extension CauseWords {
    static func predecessorUnsafe(_ reference: ObjectKey, _ absence: Absence, _ successor: ObjectKey) -> CauseWords {
        CauseWords(
            "a verified digest names a predecessor that leads through a link or out of the archive",
            facts(absence, successor).merging(["reference": .text(reference.description)]) { first, _ in first }
        )
    }

    static func logUnsafe(_ path: UnsafePath, _ reference: ObjectKey) -> CauseWords {
        let message =
            switch path {
            case .component: "a verified digest lists a key that no object below the archive has"
            case .link(let folder):
                "a verified digest lists a key that leads through the link \(folder), which is never followed"
            }
        return CauseWords(message, ["reference": .text(reference.description)])
    }
}

// MARK: part-elsewhere

extension KindWords {
    static let partElsewhere = KindWords(
        meaning:
            "Signed digest files lie in a place of their own in this root, so their log files cannot be judged with "
            + "it.",
        advice:
            "Give the folder that the finding names as an archive of its own. Where it names none, download each "
            + "part into a folder of its own, or copy all into one flat folder."
    )
}

extension CauseWords {
    static func digestElsewhere(_ folder: ObjectKey?) -> CauseWords {
        CauseWords(
            "it lies elsewhere than the rest of the archive"
                + (folder.map { ": give \($0) as an archive of its own" } ?? "")
        )
    }

    static func partElsewhere(_ objects: Int, _ folder: ObjectKey?) -> CauseWords {
        CauseWords(
            "\(objects == 1 ? "1 signed digest file lies" : "\(objects) signed digest files lie") elsewhere than the rest of "
                + "the archive, so that what it lists cannot be found: \(remedy(folder))",
            facts(objects, folder)
        )
    }

    /// What to do about files elsewhere: to give this folder, where one can be named.
    private static func remedy(_ folder: ObjectKey?) -> String {
        folder.map { "give \($0) as an archive of its own" }
            ?? "download each part into a folder of its own, or copy all into one flat folder"
    }

    /// How many files lie elsewhere, and the folder to give.
    private static func facts(_ objects: Int, _ folder: ObjectKey?) -> [String: Finding.Detail] {
        var detail: [String: Finding.Detail] = ["objects": .number(Int64(objects))]
        if let folder { detail["root"] = .text(folder.description) }
        return detail
    }
}

// MARK: location-not-held

extension KindWords {
    static let locationNotHeld = KindWords(
        meaning:
            "Objects are named in a bucket or prefix of which the archive holds nothing, or that lie in a folder of "
            + "`part-elsewhere`.",
        advice: "Download that bucket or prefix too, and give it as another archive folder."
    )
}

extension CauseWords {
    static func logsElsewhere(_ objects: Int, _ folder: ObjectKey?, _ path: ObjectKey) -> CauseWords {
        CauseWords(
            "\(counted(objects, "log file")) that a verified digest lists lie below \(path) instead of in their place: "
                + remedy(folder),
            facts(objects, folder)
        )
    }

    static func locationNotHeld(_ objects: Int, _ bucket: String, _ prefix: ObjectKey) -> CauseWords {
        CauseWords(
            "\(counted(objects, "object")) named in s3://\(bucket)/\(prefix), of which the archive holds nothing: "
                + "download it too to have it validated",
            ["objects": .number(Int64(objects))]
        )
    }
}

// MARK: duplicate-object

extension KindWords {
    static let duplicateObject = KindWords(
        meaning: "A second copy of the same object with the same content.",
        advice: "Nothing: both copies are proven. Leave one out to save time."
    )
}

extension CauseWords {
    static func duplicate(_ file: String, _ first: ObjectKey) -> CauseWords {
        CauseWords("a second copy of the same \(file); the first is \(first)", ["first": .text(first.description)])
    }
}

// MARK: nothing-validated

extension KindWords {
    static let nothingValidated = KindWords(
        meaning: "No digest file in range is verified: for the run, a root, an account, a region or a trail.",
        advice: "Check the folder, the range, the filters and the keys."
    )
}

extension CauseWords {
    static func nothingValidated(_ nothing: Nothing) -> CauseWords {
        switch nothing {
        case .run(let evidence):
            CauseWords(
                "nothing was validated: \(message(evidence))",
                ["scope": .text("run")],
                advice: advice(evidence)
            )
        case .root(let name):
            CauseWords(
                "nothing in \(name) was validated: it holds no verified digest file and no proven log file",
                ["scope": .text("root"), "name": .text(name)]
            )
        case .account(let account, let held): nothingValidated("account", account, held)
        case .region(let region, let held): nothingValidated("region", region, held)
        case .trail(let trail, let held): nothingValidated("trail", trail, held)
        }
    }

    private static func message(_ evidence: Nothing.Evidence) -> String {
        switch evidence {
        case .empty: "the archive is empty"
        case .logsAlone(let count): "the archive holds \(counted(count, "log file")) and no digest file"
        case .backslashes(let count):
            "the archive holds no digest file, but \(counted(count, "file")) with backslashes in the name: a zip file made on "
                + "Windows was unpacked without making folders of them"
        case .archiveFiles(let count, let first):
            "the archive holds no digest file, but \(counted(count, "tar or zip file")): \(first)\(count > 1 ? " and others" : "")"
        case .queryResults: "the archive holds no digest file, but query results of CloudTrail Lake"
        case .noDigest: "the archive holds no digest file"
        case .noneVerified: "no digest file is verified"
        case .noneVerifiedInRange: "no digest file in the range that was asked for is verified"
        }
    }

    private static func advice(_ evidence: Nothing.Evidence) -> String? {
        switch evidence {
        case .empty: "Check the folder: the download may have failed or gone elsewhere, or a mount may be missing."
        case .logsAlone:
            "Download the digest files too: the folder CloudTrail-Digest beside the folder CloudTrail of each account. "
                + "'cloudtrail-integrity plan' prints the commands for this archive."
        case .backslashes:
            "Unpack the zip file again, with a tool that makes folders of the backslashes: unzip does, and so does Windows. A "
                + "build with the package trait ArchiveFiles validates the zip file as it is."
        case .archiveFiles:
            "Unpack each into a folder and give that, or give the files themselves to a build with the package trait ArchiveFiles: "
                + "an archive in an archive is not opened."
        case .queryResults:
            "Verify these with 'aws cloudtrail verify-query-results'. To validate log files, download the folders CloudTrail and "
                + "CloudTrail-Digest of a trail."
        case .noDigest, .noneVerified, .noneVerifiedInRange: nil
        }
    }

    /// The most accounts, regions or trails that are named.
    private static let mostNamed = 8

    /// Nothing of what a filter selects, and what there is of that scope, by its names in order.
    private static func nothingValidated(_ scope: String, _ name: String, _ held: [String]) -> CauseWords {
        let rest = held.count - mostNamed
        let names = held.prefix(mostNamed).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
        return CauseWords(
            "nothing of the \(scope) \(name) was validated: "
                + (held.isEmpty ? message(.noDigest) : "of \(scope)s the archive holds \(names)"),
            ["scope": .text(scope), "name": .text(name)]
        )
    }
}
