#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

#if ArchiveFiles
// Its headers define the system's structures once more, and either definition may be the one that counts.
internal import CArchive
#endif

/// The system's clock that never goes back: cheap enough to be asked twice a file.
package enum MonotonicClock {
    /// Nanoseconds since some moment in the past.
    package static var nanoseconds: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }
}
