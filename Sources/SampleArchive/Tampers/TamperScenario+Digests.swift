internal import CloudTrailIntegrity
internal import NativeInterop

/// What is done to digest files.
extension TamperScenario {
    static let digestModified = TamperScenario(
        summary: "One field of a digest file is changed: the hash of a log file, or a time where none is listed",
        need: .digest
    ) { chain, place, delivery in
        var document = chain[place.hour].digest.document
        if document.logFiles.isEmpty {
            document.newestEventTime = document.endTime
        } else {
            document.logFiles[0].hash = String(document.logFiles[0].hash.reversed())
        }
        chain[place.hour].digest.store(try delivery.gzip(document.json))
        return TamperEffect(
            chain[place.hour].digest.key,
            "digest-signature-invalid",
            consequences: TamperEffect.logs(of: chain[place.hour], "log-unauthenticated")
        )
    }

    static let digestDeleted = TamperScenario(
        summary: "A digest file in the middle of its chain is deleted",
        need: .digest
    ) { chain, place, _ in
        chain[place.hour].digest.object = nil
        return TamperEffect(
            chain[place.hour].digest.key,
            "digest-missing",
            consequences: TamperEffect.logs(of: chain[place.hour], "log-unreferenced")
        )
    }

    static let digestTwoDeleted = deleted(2, "Two")

    static let digestFiveDeleted = deleted(5, "Five")

    private static func deleted(_ count: Int, _ name: String) -> TamperScenario {
        TamperScenario(
            summary: "\(name) digest files in a row are deleted in the middle of their chain",
            need: .middle(count)
        ) { chain, place, _ in
            var consequences: [ExpectedFinding] = []
            for hour in place.hour..<place.hour + count {
                chain[hour].digest.object = nil
                if hour > place.hour {
                    consequences.append(ExpectedFinding(kind: "digest-missing", key: chain[hour].digest.key))
                }
                consequences += TamperEffect.logs(of: chain[hour], "log-unreferenced")
            }
            return TamperEffect(chain[place.hour].digest.key, "digest-missing", consequences: consequences)
        }
    }

    static let digestAllDeleted = TamperScenario(
        summary: "All digest files of a chain are deleted, those of other regions are not",
        need: .chain
    ) { chain, place, _ in
        let key = chain[place.hour].digest.key
        var consequences: [ExpectedFinding] = []
        for hour in chain.hourNumbers {
            chain[hour].digest.object = nil
            consequences += TamperEffect.logs(of: chain[hour], "log-unreferenced")
        }
        return TamperEffect(findingNothingAbout: key, consequences: consequences)
    }

    static let digestForged = TamperScenario(
        summary: "A digest file and a log file are changed to agree, and signed by another key of the same name",
        need: .digest
    ) { chain, place, delivery in
        var document = chain[place.hour].digest.document
        if let log = chain[place.hour].logs.first {
            let content = changingSourceAddress(of: log.content)
            chain[place.hour].logs[0].store(try delivery.gzip(content))
            for index in document.logFiles.indices where document.logFiles[index].key == log.key {
                document.logFiles[index].hash = try delivery.hash(of: content)
            }
        } else {
            document.newestEventTime = document.endTime
        }
        chain[place.hour].digest.object = try delivery.sign(document, by: .forger).object
        return TamperEffect(
            chain[place.hour].digest.key,
            "digest-signature-invalid",
            consequences: TamperEffect.logs(of: chain[place.hour], "log-unauthenticated")
        )
    }

    static let digestHeadDeleted = TamperScenario(
        summary: "The newest digest file of a chain is deleted",
        need: .newest(1)
    ) { chain, place, _ in
        chain[place.hour].digest.object = nil
        return TamperEffect(
            chain[place.hour].digest.key,
            "coverage-short",
            consequences: TamperEffect.logs(of: chain[place.hour], "log-awaiting-digest")
        )
    }

    /// As many as put the chain more than three hours behind another, even one that lost its newest too.
    private static let tailCount = 5

    static let digestTailDeleted = TamperScenario(
        summary: "The five newest digest files of a chain are deleted, those of other regions are not",
        need: .newest(tailCount, hasSibling: true)
    ) { chain, place, _ in
        let end = chain[place.hour].draft.start
        var consequences: [ExpectedFinding] = []
        for hour in place.hour..<place.hour + tailCount {
            chain[hour].digest.object = nil
            for (index, log) in chain[hour].logs.enumerated() {
                let isAwaited = chain[hour].draft.delivery(ofLog: index).seconds(since: end) <= grace
                let kind = isAwaited ? "log-awaiting-digest" : "log-unreferenced"
                consequences.append(ExpectedFinding(kind: kind, key: log.key))
            }
        }
        return TamperEffect(
            chain[place.hour + tailCount - 1].digest.key,
            "coverage-short",
            consequences: consequences
        )
    }

    /// How long after the last digest file's end a log file may still wait for the next: 2 h 30 min, in seconds.
    private static let grace: Int64 = 9000

    static let digestMalformed = TamperScenario(
        summary: "The JSON of a digest file ends too early, in a whole gzip member",
        need: .digest
    ) { chain, place, delivery in
        let content = chain[place.hour].digest.content
        chain[place.hour].digest.store(try delivery.gzip(Array(content.prefix(content.count / 2))))
        return TamperEffect(
            chain[place.hour].digest.key,
            "digest-malformed",
            consequences: TamperEffect.logs(of: chain[place.hour], "log-unreferenced")
        )
    }

    static let digestTrailingData = TamperScenario(
        summary: "A second gzip member follows a digest file's own",
        need: .digest
    ) { chain, place, delivery in
        let stored = chain[place.hour].digest.object?.content ?? []
        chain[place.hour].digest.store(stored + (try delivery.gzip(chain[place.hour].digest.content)))
        return TamperEffect(
            chain[place.hour].digest.key,
            "digest-malformed",
            consequences: TamperEffect.logs(of: chain[place.hour], "log-unauthenticated")
        )
    }

    static let digestRelocated = TamperScenario(
        summary: "A digest file is replaced by a copy of the one before it, which AWS signed",
        need: .digest
    ) { chain, place, _ in
        let key = chain[place.hour].digest.key
        chain[place.hour].digest.object = chain[place.hour - 1].digest.object?.renamed(to: key)
        return TamperEffect(
            key,
            "digest-relocated",
            consequences: TamperEffect.logs(of: chain[place.hour], "log-unreferenced")
        )
    }

    static let digestKeyUnknown = TamperScenario(
        summary: "keys.json leaves out the key that signed a digest file",
        need: .digest,
        arrange: { draft, place in draft.change(hour: place.hour) { $0.key = .withheld } },
        apply: { chain, place, _ in
            TamperEffect(
                chain[place.hour].digest.key,
                "digest-key-unknown",
                consequences: TamperEffect.logs(of: chain[place.hour], "log-unauthenticated")
            )
        }
    )

    static let digestSignedWithSHA1 = TamperScenario(
        summary: "A digest file is signed over SHA-1 with the genuine key, and says so",
        need: .digest,
        arrange: { draft, place in
            draft.change(hour: place.hour) { hour in
                hour.signatureHash = .sha1
                hour.edit = { $0.signatureAlgorithm = "SHA1withRSA" }
            }
        },
        apply: { chain, place, _ in
            TamperEffect(
                chain[place.hour].digest.key,
                "digest-signature-invalid",
                consequences: TamperEffect.logs(of: chain[place.hour], "log-unauthenticated")
            )
        }
    )
}
