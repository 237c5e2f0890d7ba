internal import CloudTrailIntegrityCommand

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The process's entry point: SwiftPM renames the `main` of an executable to this, and links it as `main`.
///
/// An `@main` type would have to take its arguments from `CommandLine.arguments`, which on Linux needs /proc and repairs
/// what is not UTF-8, so that another file than the named one would be opened.
@c(cloudtrail_integrity_main)
func entryPoint(_ count: CInt, _ values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    guard ProcessStart.prepare() else { return ExitStatus.outputError.rawValue }
    let interruption = Interruption.ofThisProcess()
    let arguments = unsafe rawArguments(count, values)
    return MainCommand.run(arguments, .standard(), interruption).rawValue
}
