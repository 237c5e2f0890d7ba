import CloudTrailIntegrity

/// A list of expected chains.
func checkChainList(_ bytes: [UInt8]) throws {
    let chains: [ExpectedChain]
    do {
        chains = try ExpectedChain.list(reading: bytes)
    } catch let error as ExpectedChainError {
        let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
        try require((1...lines).contains(error.line), "an error in line \(error.line) of \(lines)")
        try require(!error.description.utf8.contains { $0 < 0x20 || $0 == 0x7f }, "a control character in an error")
        return
    }
    try require(!chains.isEmpty, "a list of no chains was taken for one")
    var twice = chains
    try ExpectedChain.add(reading: bytes, to: &twice)
    try require(twice == chains + chains, "a list says something else the second time")
    // What was read is what a run may ask.
    var options = ValidationOptions()
    options.expectedChains = chains
    try options.check()
}
