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

/// The number of processors that are online.
func processorCount() -> Int {
    max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))
}
