internal import CCloudTrailIntegrity
internal import CloudTrailIntegrity

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The version of the interface.
@c @implementation
public func cti_abi_version() -> UInt32 { UInt32(CTI_ABI_VERSION) }

/// The version of the library.
@c @implementation
public func cti_version() -> UnsafePointer<CChar>? {
    unsafe UnsafePointer(version)
}

/// Made once, never changed, and there for good.
nonisolated(unsafe) private let version = unsafe strdup(Validator.version)
