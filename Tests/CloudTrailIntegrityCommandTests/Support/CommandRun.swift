import CloudTrailIntegrityCommand

/// What a run of the command printed and ended with.
struct Run {
    let status: CloudTrailIntegrityCommand.ExitStatus
    let output: String
    let errors: String

    var errorLines: [Substring] { errors.split(separator: "\n") }
}

func run(_ arguments: String..., width: Int = 80) -> Run {
    run(arguments, width: width)
}

func run(_ arguments: [String], width: Int = 80, outputFails: Bool = false) -> Run {
    collect(width: width, outputFails: outputFails) { MainCommand.run(arguments.map { Array($0.utf8) }, $0) }
}

/// Runs the command with a console of its own, and keeps what it prints.
func collect(
    width: Int = 80,
    outputFails: Bool = false,
    _ command: (Console) -> CloudTrailIntegrityCommand.ExitStatus
) -> Run {
    final class Sinks {
        var output: [UInt8] = []
        var errors: [UInt8] = []
    }
    let sinks = Sinks()
    let console = Console(
        width: width,
        output: {
            sinks.output += $0
            return !outputFails
        },
        errors: {
            sinks.errors += $0
            return true
        }
    )
    let status = command(console)
    return Run(
        status: status,
        output: String(decoding: sinks.output, as: UTF8.self),
        errors: String(decoding: sinks.errors, as: UTF8.self)
    )
}
