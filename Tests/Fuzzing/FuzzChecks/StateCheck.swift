import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop

/// A state, with checksums that agree, so that what is behind them is reached: edits of one that was written, or any bytes.
func checkState(_ bytes: [UInt8]) throws {
    var input = FuzzInput(bytes)
    let stored: [UInt8] =
        switch input.byte() % 4 {
        case 0: input.rest()
        case 1: try version1(input.rest())
        default: try edited(&input)
        }
    let state: ProvenState
    do {
        state = try ProvenState(reading: stored)
    } catch let error as StateError {
        try require(!error.description.utf8.contains { $0 < 0x20 || $0 == 0x7f }, "a control character in an error")
        return
    }
    let written = try state.serialized()
    try require(try ProvenState(reading: written).serialized() == written, "a state is not what was written")
    // Whatever it says, a run that builds on it comes to an end.
    let delivered = try DeliveredArchive.sample.get()
    var options = ValidationOptions()
    options.earlierRuns = EarlierRuns(state, now: delivered.end.advanced(bySeconds: 86_400))
    do {
        let archive = MutatedArchive(delivered)
        let report = try Validator(keys: delivered.keySet, options: options).validate(archive.sources)
        let next = try report.state?.serialized()
        try require(try next.map { try ProvenState(reading: $0).serialized() } == next, "the next state is broken")
    } catch is StateError {
        // Other keys under the fingerprints, or a source that it does not know.
    }
}

private func version1(_ content: [UInt8]) throws -> [UInt8] {
    let stored = Array("cloudtrail-integrity state 1\n".utf8) + content
    return stored + (try SHA256Digest.of(stored).bytes)
}

/// The state that a run over the delivered archive leaves, in the parts that have a checksum each: first the header.
private let parts = Result { () throws -> [[UInt8]] in
    let delivered = try DeliveredArchive.sample.get()
    var options = ValidationOptions()
    options.earlierRuns = EarlierRuns(ProvenState(), now: delivered.end.advanced(bySeconds: 3600))
    var manifest = SignatureManifest()
    for line in delivered.manifest { try manifest.add(reading: line) }
    let validator = Validator(keys: delivered.keySet, signatures: manifest, options: options)
    let report = try validator.validate(MutatedArchive(delivered).sources)
    let stored = try report.state?.serialized() ?? []
    var rest = stored.dropFirst(title.count)
    var parts: [[UInt8]] = []
    while let length = number(&rest), length > 0 {
        parts.append(Array(rest.prefix(length)))
        rest = rest.dropFirst(length + SHA256Digest.byteCount)
    }
    try require(parts.count > 1, "a state has no sections")
    return parts
}

private let title = Array("cloudtrail-integrity state 2\n".utf8)

/// A number of a state: seven bits a byte, the lowest first.
private func number(_ bytes: inout ArraySlice<UInt8>) -> Int? {
    var value = 0
    var shift = 0
    while let byte = bytes.popFirst(), shift < 56 {
        value |= Int(byte & 0x7f) << shift
        if byte < 0x80 { return value }
        shift += 7
    }
    return nil
}

private func encoded(_ number: Int) -> [UInt8] {
    var rest = number
    var bytes: [UInt8] = []
    while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
    }
    return bytes + [UInt8(truncatingIfNeeded: rest)]
}

/// The state with a few bytes changed, put in or taken out, and checksums that agree.
private func edited(_ input: inout FuzzInput) throws -> [UInt8] {
    var parts = try parts.get()
    for _ in 0...(input.byte() % 4) {
        let part = input.number(below: parts.count)
        let position = input.number(below: parts[part].count)
        switch input.byte() % 4 {
        case 0: if !parts[part].isEmpty { parts[part][position] = input.byte() }
        case 1: parts[part].insert(contentsOf: input.take(Int(input.byte() % 16)), at: position)
        case 2:
            let end = min(parts[part].count, position + Int(input.byte() % 32))
            parts[part].removeSubrange(position..<end)
        default: parts.append(parts[part])
        }
    }
    var stored = title
    var checksums: [UInt8] = []
    for (number, part) in parts.enumerated() {
        stored += encoded(part.count) + part
        // The header's covers the title too.
        let checksum = try SHA256Digest.of(number == 0 ? stored : part).bytes
        stored += checksum
        checksums += checksum
    }
    return stored + encoded(0) + encoded(parts.count - 1) + (try SHA256Digest.of(checksums).bytes)
}
