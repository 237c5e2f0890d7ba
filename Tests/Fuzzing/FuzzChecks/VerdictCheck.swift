import Adversary

/// Any archive and any question: the report keeps the laws, and says what the model of docs/verdicts.md says.
func checkVerdict(_ bytes: [UInt8]) throws {
    if let failure = try AdversarySearch.failure(ofInput: bytes) { throw FuzzFailure(failure) }
}
