internal import CloudTrailIntegrityCommand

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

@main
enum EntryPoint {
    static func main() {
        let interruption = Interruption.ofThisProcess()
        exit(MainCommand.run(Array(CommandLine.arguments.dropFirst()), .standard(), interruption).rawValue)
    }
}
