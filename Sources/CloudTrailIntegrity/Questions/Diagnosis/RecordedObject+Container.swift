internal import NativeInterop

extension RecordedObject {
    /// The most stored bytes of a file that are looked at.
    static let mostDiagnosed = 1 << 20

    /// How the file is packed, by the header of its first gzip member (RFC 1952, 2.3) and what came of reading it.
    func container(_ result: ContentHasher.Result) throws -> String {
        guard result.form == .gzip else { return "no gzip: decompressed" }
        let stored = bytes
        guard stored.count >= 10 else { return "gzip: cut off in its header" }
        let names = ["FTEXT", "FHCRC", "FEXTRA", "FNAME", "FCOMMENT", "bit 5", "bit 6", "bit 7"]
        let flags = names.indices.filter { stored[3] & (1 << UInt8($0)) != 0 }.map { names[$0] }
        let time = stored[4..<8].allSatisfy { $0 == 0 } ? "zero" : "set"
        return "gzip: method \(stored[2]), flags \(flags.isEmpty ? "none" : flags.joined(separator: " and ")), "
            + "modification time \(time), extra flags \(stored[8]), system \(stored[9]), \(try end(result.condition))"
    }

    private func end(_ condition: ContentHasher.Condition) throws -> String {
        switch condition {
        case .complete: return "one member"
        case .truncated: return "cut off"
        case .corrupt(.stream): return "broken"
        case .corrupt(.checksum): return "one member with a wrong checksum"
        case .corrupt(.length): return "one member with a wrong length"
        case .overContentLimit, .overRatioLimit: return "over a limit"
        case .trailingData:
            guard isWhole else { return "more than one member, or other bytes behind it" }
            let (members, hasMore) = try members()
            let count = members > Self.mostMembers ? "more than \(Self.mostMembers)" : "\(members)"
            return "\(count) \(members == 1 ? "member" : "members")\(hasMore ? " and other bytes behind" : "")"
        }
    }

    private static let mostMembers = 8
    /// The most content that is looked through for the ends of members, in bytes.
    private static let mostContent = 64 << 20

    /// How many whole members there are, and whether anything follows them.
    private func members() throws -> (count: Int, hasMore: Bool) {
        let inflater = try GzipInflater()
        let stored = bytes
        var output = [UInt8](repeating: 0, count: 1 << 16)
        var (count, offset, produced) = (0, 0, 0)
        while count <= Self.mostMembers, offset < stored.count {
            try inflater.reset()
            var position = offset
            while true {
                var span = output.mutableSpan
                var target = unsafe span.mutableBytes
                let input = unsafe stored.span.bytes.extracting(position..<stored.count)
                let step = try inflater.inflate(input, into: &target)
                position += step.consumed
                produced += step.produced
                if step.status == .finished { break }
                guard step.status == .needsOutput, produced < Self.mostContent else { return (count, true) }
            }
            offset = position
            count += 1
        }
        return (count, offset < stored.count)
    }
}
