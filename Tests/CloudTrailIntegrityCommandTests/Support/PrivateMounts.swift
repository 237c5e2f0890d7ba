import Foundation
import Testing

/// A shell that may mount what nobody else sees, where the machine allows that to root or to everybody.
enum PrivateMounts {
    /// What goes before the shell; `nil` where nothing may be mounted.
    private static let prefix: String? = ["unshare --mount", "unshare --user --map-root-user --mount"].first { prefix in
        let probe = "exec \(prefix) sh -c 'mount -t tmpfs none /mnt && mount --bind /mnt /mnt'"
        return (try? ShellRun("/bin/sh", ["-c", probe]))?.status == 0
    }

    static let areAllowed = prefix != nil
    static let reason: Comment = "nothing may be mounted here: run the tests as root"

    /// Runs a script in which `"$@"` is the command line.
    static func run(_ script: String, _ arguments: [String]) throws -> CommandProcess.Ending {
        try process(script, arguments).end()
    }

    /// Starts a script in which `"$@"` is the command line.
    static func process(_ script: String, _ arguments: [String]) throws -> CommandProcess {
        let prefix = try #require(prefix)
        let quoted = script.replacing("'", with: #"'\''"#)
        return try CommandProcess(script: "exec \(prefix) sh -c '\(quoted)' sh \"$@\"", arguments)
    }
}
