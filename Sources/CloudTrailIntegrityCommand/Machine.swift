internal import CloudTrailIntegrity

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
