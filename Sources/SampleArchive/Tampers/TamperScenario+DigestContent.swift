internal import CloudTrailIntegrity

/// Digest files that are replaced by others or say what none of CloudTrail's does; some of them signed.
extension TamperScenario {
    static let digestFromOtherRegion = replaced(by: "region") { chain in
        SampleChain(
            account: chain.account,
            region: chain.region == "us-east-1" ? "us-west-2" : "us-east-1",
            trail: chain.trail,
            homeRegion: chain.homeRegion
        )
    }

    static let digestFromOtherAccount = replaced(by: "account") { chain in
        SampleChain(
            account: "444455556666",
            region: chain.region,
            trail: chain.trail,
            homeRegion: chain.homeRegion
        )
    }

    static let digestFromOtherTrail = replaced(by: "trail") { chain in
        SampleChain(
            account: chain.account,
            region: chain.region,
            trail: "other-trail",
            homeRegion: chain.homeRegion
        )
    }

    private static func replaced(
        by what: String,
        _ other: @escaping @Sendable (SampleChain) -> SampleChain
    ) -> TamperScenario {
        TamperScenario(
            summary:
                "A digest file is replaced by one of another \(what), of the same hour and signed, without log files",
            need: .digest
        ) { chain, place, delivery in
            let hour = chain[place.hour].draft
            let document = try delivery.document(hour, in: other(chain.chain), listing: [], after: nil)
            let key = chain[place.hour].digest.key
            let other = try delivery.sign(document, by: hour.key)
            // The signature goes with the object, wherever that is put.
            chain[place.hour].digest.object = other.object?.renamed(to: key)
            chain[place.hour].digest.manifestEntry = other.manifestEntry.renamed(to: key)
            return TamperEffect(
                key,
                "digest-relocated",
                consequences: TamperEffect.logs(of: chain[place.hour], "log-unreferenced")
            )
        }
    }

    static let digestOlderVersion = TamperScenario(
        summary: "A digest file is replaced by another version that AWS signed, which lacks a log file",
        need: .digest
    ) { chain, place, delivery in
        var document = chain[place.hour].digest.document
        if document.logFiles.popLast() == nil { document.newestEventTime = document.startTime }
        let older = try delivery.sign(document, by: chain[place.hour].draft.key)
        // The signature goes with the version of the object.
        chain[place.hour].digest.object = older.object
        chain[place.hour].digest.manifestEntry = older.manifestEntry
        return TamperEffect(
            chain[place.hour].digest.key,
            "digest-link-mismatch",
            consequences: TamperEffect.logs(of: chain[place.hour], unverified: document)
        )
    }

    static let digestGarbage = TamperScenario(
        summary: "A digest file is replaced by random bytes",
        need: .digest
    ) { chain, place, delivery in
        var random = delivery.random(chain.chain, place.hour, "garbage")
        chain[place.hour].digest.store((0..<600).map { _ in UInt8(random.number(below: 256)) })
        return TamperEffect(
            chain[place.hour].digest.key,
            "digest-malformed",
            consequences: TamperEffect.logs(of: chain[place.hour], "log-unreferenced")
        )
    }

    static let digestDuplicateName = TamperScenario(
        summary: "A digest file lists its log files twice, under the same name: readers differ in which list they take",
        need: .digest
    ) { chain, place, delivery in
        let content = chain[place.hour].digest.content.dropLast() + Array(#","logFiles":[]}"#.utf8)
        chain[place.hour].digest.store(try delivery.gzip(Array(content)))
        return TamperEffect(
            chain[place.hour].digest.key,
            "digest-malformed",
            consequences: TamperEffect.logs(of: chain[place.hour], "log-unreferenced")
        )
    }

    static let digestWrongType = TamperScenario(
        summary: "A digest file's awsAccountId is a number",
        need: .digest
    ) { chain, place, delivery in
        chain[place.hour].digest.store(try delivery.gzip(makingAccountNumber(chain[place.hour].digest.content)))
        return TamperEffect(
            chain[place.hour].digest.key,
            "digest-signature-invalid",
            consequences: TamperEffect.logs(of: chain[place.hour], "log-unauthenticated")
        )
    }

    static let digestWrongTypeSigned = TamperScenario(
        summary: "A digest file's awsAccountId is a number, and the genuine key has signed that",
        need: .digest,
        arrange: { draft, place in draft.change(hour: place.hour) { $0.rewrite = makingAccountNumber } },
        apply: { chain, place, _ in
            TamperEffect(
                chain[place.hour].digest.key,
                "digest-malformed",
                consequences: TamperEffect.logs(of: chain[place.hour], "log-unauthenticated")
            )
        }
    )

    @Sendable private static func makingAccountNumber(_ content: [UInt8]) -> [UInt8] {
        let name = Array(#""awsAccountId":""#.utf8)
        guard let start = content.firstRange(of: name)?.upperBound,
            let end = content[start...].firstIndex(of: UInt8(ascii: "\""))
        else { return content }
        return Array(content[..<(start - 1)]) + content[start..<end] + content[(end + 1)...]
    }

    static let digestLogDropped = TamperScenario(
        summary: "A log file is taken out of its digest file's list and deleted",
        need: .digest(listing: 1)
    ) { chain, place, delivery in
        var document = chain[place.hour].digest.document
        let dropped = document.logFiles.removeFirst().key
        for index in chain[place.hour].logs.indices where chain[place.hour].logs[index].key == dropped {
            chain[place.hour].logs[index].object = nil
        }
        chain[place.hour].digest.store(try delivery.gzip(document.json))
        return TamperEffect(
            chain[place.hour].digest.key,
            "digest-signature-invalid",
            consequences: TamperEffect.logs(of: chain[place.hour], unverified: document)
        )
    }

    // MARK: Signed by a genuine key

    static let digestPathTraversal = TamperScenario(
        summary: "A digest file lists a log file outside the archive, and the genuine key has signed that",
        need: .digest,
        arrange: { draft, place in listing("AWSLogs/../../../etc/passwd", in: &draft, place) },
        apply: { chain, place, _ in TamperEffect(chain[place.hour].digest.key, "reference-unsafe") }
    )

    static let digestControlCharacters = TamperScenario(
        summary:
            "A digest file lists a log file whose key would paint over a terminal, and the genuine key has signed that",
        need: .digest,
        arrange: { draft, place in
            listing("\u{1b}[2J\u{1b}[H\r\n0 violations\u{9b}2J\u{202e}.json.gz", in: &draft, place)
        },
        apply: { chain, place, _ in
            TamperEffect(chain[place.hour].digest.document.logFiles.last?.key ?? "", "log-missing")
        }
    )

    /// Lists a log file that is nowhere: under this key, or under this name in the digest file's own day.
    private static func listing(_ key: String, in draft: inout ChainDraft, _ place: TamperPlace) {
        draft.change(hour: place.hour) { hour in
            hour.edit = { document in
                let folder = document.key.split(separator: "/").dropLast().joined(separator: "/")
                    .replacing("/CloudTrail-Digest/", with: "/CloudTrail/")
                document.logFiles.append(
                    DigestDocument.LogFile(
                        bucket: document.bucket,
                        key: key.hasPrefix("AWSLogs/") ? key : "\(folder)/\(key)",
                        hash: String(repeating: "0", count: 64),
                        newestEventTime: document.startTime,
                        oldestEventTime: document.startTime
                    )
                )
            }
        }
    }

    static let digestUpperCaseHex = TamperScenario(
        summary: "A digest file writes its hashes, fingerprint and signature in upper case, signed: harmless",
        need: .digest,
        arrange: { draft, place in
            draft.change(hour: place.hour) { hour in
                hour.edit = { document in
                    document.fingerprint = document.fingerprint.uppercased()
                    document.changePrevious { previous in
                        previous.hash = previous.hash.uppercased()
                        previous.signature = previous.signature.uppercased()
                    }
                    for index in document.logFiles.indices {
                        document.logFiles[index].hash = document.logFiles[index].hash.uppercased()
                    }
                }
            }
        },
        apply: { chain, place, _ in TamperEffect(findingNothingAbout: chain[place.hour].digest.key) }
    )

    static let digestEscapedSlashes = TamperScenario(
        summary: "A digest file writes its slashes as \\/, signed: harmless",
        need: .digest,
        arrange: { draft, place in
            draft.change(hour: place.hour) { hour in
                hour.rewrite = { $0.replacing(Array("/".utf8), with: Array("\\/".utf8)) }
            }
        },
        apply: { chain, place, _ in TamperEffect(findingNothingAbout: chain[place.hour].digest.key) }
    )

    // MARK: Keys and signatures

    static let keyWrapped = TamperScenario(
        summary: "keys.json holds a key as SubjectPublicKeyInfo: harmless",
        need: .digest,
        arrange: { draft, place in draft.change(hour: place.hour) { $0.key = .wrapped } },
        publishes: .wrapped,
        apply: { chain, place, _ in TamperEffect(findingNothingAbout: chain[place.hour].digest.key) }
    )

    static let keyOutsideValidity = TamperScenario(
        summary: "A digest file is signed with a key whose validity had ended",
        need: .digest,
        arrange: { draft, place in draft.change(hour: place.hour) { $0.key = .expired } },
        publishes: .expired,
        apply: { chain, place, _ in TamperEffect(chain[place.hour].digest.key, "key-outside-validity") }
    )

    static let signatureDiffers = TamperScenario(
        summary:
            "The metadata of a digest file has another signature than its successor repeats, which is the right one",
        need: .digest
    ) { chain, place, _ in
        let digest = chain[place.hour].digest
        let other = String(digest.signature.reversed())
        if let object = digest.object?.replacing(signature: other) {
            chain[place.hour].digest.object = object
            chain[place.hour].digest.manifestEntry = SampleSignature(of: object)
        }
        return TamperEffect(digest.key, "signature-source-differs")
    }
}
