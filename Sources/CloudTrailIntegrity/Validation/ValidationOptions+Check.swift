internal import CloudTrailFormat
internal import CloudTrailRules

extension ValidationOptions {
    /// Checks that the options mean something, and that none of them asks for nothing.
    ///
    /// ``Validator`` does it before it reads anything.
    ///
    /// - Throws: ``ValidationOptionsError`` for the first that is wrong.
    public func check() throws(ValidationOptionsError) {
        if let start, let end, start >= end {
            throw ValidationOptionsError(.start, "the start \(start) is not before the end \(end)")
        }
        if coverageMustReach != nil, end != nil {
            throw ValidationOptionsError(
                .coverageMustReach,
                "what coverage must reach stands in the place of the end: give one of them"
            )
        }
        try check(accounts, .accounts, "has 12 digits, such as 111122223333", Self.isAccount)
        try check(regions, .regions, "is called as AWS calls it, such as us-east-1", Self.isRegion)
        try check(trails, .trails, "has a name") { _ in true }
        if let bucket, !Self.isBucket(bucket) {
            throw ValidationOptionsError(.bucket, "'\(bucket)' is not the name of a bucket, such as my-cloudtrail-logs")
        }
        guard grace >= .zero, grace.components.attoseconds == 0 else {
            throw ValidationOptionsError(.grace, "a grace of \(grace) is not a number of whole seconds from 0")
        }
        try checkExpectedChains()
        try checkBounds()
        guard let earlierRuns else { return }
        guard judgesAll else {
            throw ValidationOptionsError(
                .earlierRuns,
                "a run that builds on earlier ones leaves nothing out, but for what is before a start"
            )
        }
        if case .oneIn(let count) = earlierRuns.recheck, count < 1 {
            throw ValidationOptionsError(.earlierRuns, "one file in \(count) cannot be read again: give 1 or more")
        }
    }

    private func check<Element>(
        _ selection: Selection<Element>,
        _ option: ValidationOptionsError.Option,
        _ form: String,
        _ isValid: (Element) -> Bool
    ) throws(ValidationOptionsError) {
        guard case .only(let elements) = selection else { return }
        guard !elements.isEmpty else {
            throw ValidationOptionsError(option, "the list of \(option.rawValue) is empty: list one, or select all")
        }
        for element in elements where !isValid(element) {
            throw ValidationOptionsError(option, "'\(element)' is not one of the \(option.rawValue): each \(form)")
        }
    }

    private func checkExpectedChains() throws(ValidationOptionsError) {
        guard let expectedChains else { return }
        func fault(_ description: String) -> ValidationOptionsError {
            ValidationOptionsError(.expectedChains, description)
        }
        guard !expectedChains.isEmpty else { throw fault("the list of expected chains is empty: it asks for nothing") }
        var known: [ChainIdentity: ExpectedChain] = [:]
        for expected in expectedChains {
            if let reason = expected.fault { throw fault("\(expected.chain): \(reason)") }
            if let other = known.updateValue(expected, forKey: expected.chain), other != expected {
                throw fault("\(expected.chain): \(ExpectedChain.contradiction)")
            }
        }
        let asked = asked
        guard expectedChains.contains(where: { asked.selects($0.chain) }) else {
            throw fault("none of the expected chains is among the accounts, regions and trails that are selected")
        }
    }

    private func checkBounds() throws(ValidationOptionsError) {
        guard Self.threadNumbers.contains(jobs) else {
            throw ValidationOptionsError(.jobs, "\(jobs) threads cannot compute: \(Self.range(Self.threadNumbers))")
        }
        guard Self.threadNumbers.contains(readers) else {
            throw ValidationOptionsError(.readers, "\(readers) threads cannot read: \(Self.range(Self.threadNumbers))")
        }
        guard Self.findingNumbers.contains(findingsPerFolder) else {
            throw ValidationOptionsError(
                .findingsPerFolder,
                "\(findingsPerFolder) findings a folder are out of bounds: \(Self.range(Self.findingNumbers))"
            )
        }
        guard Self.jsonDepths.contains(limits.jsonDepth) else {
            throw ValidationOptionsError(
                .limits,
                "the depth \(limits.jsonDepth) is out of bounds: \(Self.range(Self.jsonDepths))"
            )
        }
        guard limits.logBytes > 0, limits.digestBytes > 0, limits.inflateRatio > 0, limits.digestEntries > 0,
            limits.keyBytes > 0
        else { throw ValidationOptionsError(.limits, "each limit is at least 1") }
    }

    // MARK: Forms

    /// As many threads as may be asked for; a thread takes memory before it does anything.
    package static let threadNumbers = 1...4096
    /// As many findings of a kind and folder as may stand by themselves.
    package static let findingNumbers = 1...1_000_000_000
    /// A digest file needs 3; each level takes some of a thread's stack.
    package static let jsonDepths = 3...256

    private static func range(_ range: ClosedRange<Int>) -> String {
        "give a number from \(range.lowerBound) to \(range.upperBound)"
    }

    /// Whether this is an account: 12 digits.
    package static func isAccount(_ text: String) -> Bool {
        text.utf8.count == 12 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Whether a region may be called so: `us-east-1`.
    package static func isRegion(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64 && text.utf8.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// Whether a trail may be called so (CloudTrail User Guide, "Naming requirements").
    package static func isTrail(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
    }

    /// Whether a bucket may be called so; old ones have up to 255 characters, and upper case too (S3 User Guide, "Bucket
    /// naming rules"). An address such as `s3://bucket` is not one, nor is an ARN.
    package static func isBucket(_ text: String) -> Bool {
        (3...255).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isLowerOrDigit(byte) || (0x41...0x5a).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "_")
    }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
    }
}
