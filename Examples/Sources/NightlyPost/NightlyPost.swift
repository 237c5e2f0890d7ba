import ExampleSupport
import Foundation

/// A job that runs every night: holds an archive that grows to what earlier nights proved, and posts its verdict.
///
/// Exit status 0, 1, 2: the verdict, which was posted; 69: it could not be posted; 64, 66: there is none; 74: what is
/// needed next time could not be written; 130, 143: stopped by a signal.
@main
enum NightlyPost {
    static func main() async {
        let work = Task { try await NightlyJob(Array(CommandLine.arguments.dropFirst())).run() }
        let signals = Signals(cancelling: work)
        do {
            exit(try await work.value)
        } catch {
            if let status = signals.status {
                FileHandle.standardError.write(Data("Stopped.\n".utf8))
                exit(status)
            }
            Failure.end(error)
        }
    }
}
