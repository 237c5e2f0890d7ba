/// What one fuzz target checks: a function of any bytes, which throws what does not hold.
///
/// The fuzzers trap on what is thrown, so that libFuzzer keeps the input; the tests report it.
package enum FuzzCheck: String, CaseIterable, Sendable {
    case digests, names, keys, manifests, content, archives, states, chains, partials
    #if ArchiveFiles
    case members
    #endif

    /// Checks one input.
    ///
    /// - Throws: ``FuzzFailure`` for what does not hold; `NativeError` when a library fails.
    package func run(_ bytes: [UInt8]) throws {
        switch self {
        case .digests: try checkDigest(bytes)
        case .names: try checkNames(bytes)
        case .keys: try checkKeys(bytes)
        case .manifests: try checkManifest(bytes)
        case .content: try checkContent(bytes)
        case .archives:
            try ArchiveCheck.run(bytes)
            try checkVerdict(bytes)
        case .states: try checkState(bytes)
        case .chains: try checkChainList(bytes)
        case .partials: try checkPartial(bytes)
        #if ArchiveFiles
        case .members: try checkMembers(bytes)
        #endif
        }
    }

    /// Checks one input of libFuzzer's.
    package func runOrTrap(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        do {
            try run(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
        } catch {
            fatalError("\(error)")
        }
        return 0
    }
}

/// Something that must hold and does not.
package struct FuzzFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws unless `condition` holds.
func require(_ condition: Bool, _ failure: @autoclosure () -> String) throws(FuzzFailure) {
    if !condition { throw FuzzFailure(failure()) }
}
