package import CloudTrailFormat
internal import CloudTrailIntegrity

/// What a sample archive holds and what was done to it.
package struct SampleSummary: Hashable, Sendable {
    /// What was delivered of one chain.
    package struct Chain: Hashable, Sendable {
        package let chain: SampleChain
        package let digestCount: Int
        package let logCount: Int

        init(of draft: ChainDraft) {
            chain = draft.chain
            digestCount = draft.hours.count
            logCount = draft.hours.reduce(0) { $0 + $1.logCount }
        }
    }

    package let bucket: String
    package let prefix: String?
    package let organization: String?
    package let seed: UInt64
    /// The start of the first hour.
    package let start: Timestamp
    /// The end of the last hour.
    package let end: Timestamp
    /// The keys that keys.json holds.
    package let keys: [SampleKey]
    package internal(set) var chains: [Chain] = []
    package internal(set) var tampers: [TamperRecord] = []
    /// The number of objects that the archive holds after the tampers.
    package internal(set) var objectCount = 0
    /// The size of these objects as they are stored, in bytes.
    package internal(set) var storedBytes: UInt64 = 0

    /// The number of digest files that were delivered.
    package var digestCount: Int { chains.reduce(0) { $0 + $1.digestCount } }
    /// The number of log files that were delivered.
    package var logCount: Int { chains.reduce(0) { $0 + $1.logCount } }

    /// keys.json: what ListPublicKeys answers.
    package var keysJSON: [UInt8] {
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.key("PublicKeyList")
            json.array { json in
                for key in keys {
                    json.object { json in
                        json.field("Value", Base64.encode(key.der))
                        // The AWS CLI prints times with a fraction.
                        json.key("ValidityStartTime")
                        json.literal("\(key.validityStart.secondsSinceEpoch).0")
                        json.key("ValidityEndTime")
                        json.literal("\(key.validityEnd.secondsSinceEpoch).0")
                        json.field("Fingerprint", key.fingerprint)
                    }
                }
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }

    /// truth.json: what was delivered, what was done to it and what must be found.
    package var truthJSON: [UInt8] {
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.field("bucket", bucket)
            json.field("prefix", prefix)
            json.field("organization", organization)
            json.field("seed", seed)
            json.field("start", start.iso8601)
            json.field("end", end.iso8601)
            json.field("digests", digestCount)
            json.field("logs", logCount)
            json.field("objects", objectCount)
            json.field("bytes", storedBytes)
            json.key("chains")
            json.array { json in
                for chain in chains { chain.write(to: &json) }
            }
            json.key("tampers")
            json.array { json in
                for tamper in tampers { tamper.write(to: &json) }
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}

extension SampleSummary.Chain {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("account", chain.account)
            json.field("region", chain.region)
            json.field("trail", chain.trail)
            json.field("homeRegion", chain.homeRegion)
            json.field("digests", digestCount)
            json.field("logs", logCount)
        }
    }
}

extension TamperRecord {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("tamper", tamper.rawValue)
            json.field("key", key)
            json.key("kinds")
            json.array { json in
                for kind in kinds { json.string(kind) }
            }
            json.key("consequences")
            json.array { json in
                for finding in consequences {
                    json.object { json in
                        json.field("kind", finding.kind)
                        json.field("key", finding.key)
                    }
                }
            }
        }
    }
}
