internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import NativeInterop

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The present moment.
func now() -> Timestamp {
    Timestamp(secondsSinceEpoch: Int64(time(nil)))
}

/// The folder that relative paths begin at; `nil` when it was removed or may not be known.
func workingFolder() -> ByteString? {
    guard let path = unsafe getcwd(nil, 0) else { return nil }
    defer { unsafe free(path) }
    return unsafe ByteString(cString: path)
}
