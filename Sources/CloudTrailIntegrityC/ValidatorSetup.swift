public import CCloudTrailIntegrity
internal import CloudTrailFormat
internal import CloudTrailIntegrity

/// A validator that is being set up. Its options become those of a run when that begins.
final class ValidatorSetup {
    let keys: PublicKeySet
    var signatures = SignatureManifest()
    var settings = ValidationSettings()
    var expectedChains: [ExpectedChain]?

    init(_ keys: PublicKeySet) {
        self.keys = keys
    }

    func validator(at begin: Timestamp) -> Validator {
        var options = settings.options(at: begin)
        options.expectedChains = expectedChains
        return Validator(keys: keys, signatures: signatures, options: options)
    }
}

/// A validator with the keys of the set.
@c @implementation
public func cti_validator_create(
    _ keys: OpaquePointer?,
    _ validator: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> cti_status {
    unsafe attempt(error) {
        let output = try unsafe Arguments.output(validator, "validator")
        let keys = try unsafe Handle.object(keys, as: Keys.self, "keys")
        guard keys.set.count > 0 else { throw Failure.argument("there are no public keys: add them to the set first") }
        unsafe output.pointee = Handle.make(ValidatorSetup(keys.set))
    }
}

/// Frees a validator.
@c @implementation
public func cti_validator_free(_ validator: OpaquePointer?) {
    unsafe Handle.free(validator)
}

/// Sets an option.
@c @implementation
public func cti_validator_set(
    _ validator: OpaquePointer?,
    _ name: UnsafePointer<CChar>?,
    _ value: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> cti_status {
    unsafe attempt(error) {
        let setup = try unsafe Handle.object(validator, as: ValidatorSetup.self, "validator")
        let name = try unsafe Arguments.text(name, "name")
        let value = try unsafe Arguments.text(value, "value")
        guard let option = ValidationSettings.Name(rawValue: name) else {
            throw Failure.argument("there is no option '\(name)'")
        }
        do throws(ValidationSettingError) {
            try setup.settings.set(option, to: value)
        } catch {
            throw Failure.argument(error.message())
        }
    }
}

/// Adds signatures that were kept outside the archive.
@c @implementation
public func cti_validator_add_signatures(
    _ validator: OpaquePointer?,
    _ bytes: UnsafeRawPointer?,
    _ length: Int,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> cti_status {
    unsafe attempt(error) {
        let setup = try unsafe Handle.object(validator, as: ValidatorSetup.self, "validator")
        let content = try unsafe Arguments.bytes(bytes, length, "bytes")
        try Failure.reading("the signature manifest cannot be used") { try setup.signatures.add(reading: content) }
    }
}

/// Adds chains that must be there.
@c @implementation
public func cti_validator_add_expected_chains(
    _ validator: OpaquePointer?,
    _ bytes: UnsafeRawPointer?,
    _ length: Int,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> cti_status {
    unsafe attempt(error) {
        let setup = try unsafe Handle.object(validator, as: ValidatorSetup.self, "validator")
        let content = try unsafe Arguments.bytes(bytes, length, "bytes")
        var chains = setup.expectedChains ?? []
        try Failure.reading("the list of chains cannot be used") {
            try ExpectedChain.add(reading: content, to: &chains)
        }
        setup.expectedChains = chains
    }
}
