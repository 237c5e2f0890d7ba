import CloudTrailFormat
import CloudTrailIntegrity
import NativeInterop

/// What a worker hands over, with a seal that agrees, so that what is behind it is reached: edits of one that was written, or
/// any bytes.
func checkPartial(_ bytes: [UInt8]) throws {
    var input = FuzzInput(bytes)
    let partial = try delivered.get()
    let content = input.byte() % 4 == 0 ? title + input.rest() : edited(partial.content, &input)
    let file: PartialFile
    do {
        file = try PartialFile(reading: content + [0] + (try SHA256Digest.of(content + [0]).bytes), key: nil)
    } catch is PartialFileError {
        return
    }
    guard file.isSound(partial.plan, rootCount: 1, partial.validator) else { return }
    let written = try file.serialized(key: nil)
    let again = try PartialFile(reading: written, key: nil).serialized(key: nil)
    try require(again == written, "a partial is not what was written")
    // Whatever it says, a merge of it comes to an end.
    do {
        var sum = PartialSum(partial.plan)
        try sum.add(file.result, of: file.number)
        let report = try sum.report(partial.validator, names: ["root0"])
        try require(report.digests.total >= 0 && report.logs.total >= 0, "a count below zero")
    } catch  where error is MergeError || error is StateError || error is AccountingError {
        // It does not add up, and there is no verdict.
    }
}

private let title = Array("cloudtrail-integrity partial 1\n".utf8)

/// A partial without its seal, of an archive in which something is found.
private struct DeliveredPartial {
    let plan: WorkPlan
    let validator: Validator
    let content: [UInt8]
}

private let delivered = Result { () throws -> DeliveredPartial in
    let delivered = try DeliveredArchive.sample.get()
    var options = ValidationOptions()
    options.listsProvenFiles = true
    options.findingsPerFolder = 2
    options.earlierRuns = EarlierRuns(ProvenState(), now: delivered.end.advanced(bySeconds: 3600))
    let validator = Validator(keys: delivered.keySet, options: options)
    let sources = Array(MutatedArchive(delivered).sources.prefix(1))
    let plan = try validator.split(sources, into: 1)
    let result = try validator.judge(part: 0, of: plan, sources, names: ["root0"])
    let written = try PartialFile(plan: SHA256Digest.of(title), number: 0, result).serialized(key: nil)
    return DeliveredPartial(plan: plan, validator: validator, content: written.dropLast(SHA256Digest.byteCount + 1))
}

/// The partial with a few bytes changed, put in or taken out.
private func edited(_ content: [UInt8], _ input: inout FuzzInput) -> [UInt8] {
    var content = content
    for _ in 0...(input.byte() % 4) {
        let position = Int(input.number()) % max(1, content.count)
        switch input.byte() % 3 {
        case 0: if !content.isEmpty { content[position] = input.byte() }
        case 1: content.insert(contentsOf: input.take(Int(input.byte() % 16)), at: position)
        default:
            let end = min(content.count, position + Int(input.byte() % 32))
            content.removeSubrange(position..<end)
        }
    }
    return content
}
