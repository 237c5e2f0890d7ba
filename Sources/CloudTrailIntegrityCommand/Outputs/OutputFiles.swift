internal import NativeInterop

/// Files that are put in their places together.
enum OutputFiles {
    /// Writes the content of a file by what it is given.
    typealias Content = (_ write: ([UInt8]) throws(CommandError) -> Void) throws(CommandError) -> Void

    /// Writes files; one that fails does not keep the others from being written (I30).
    ///
    /// - Parameters:
    ///   - roots: What they must not lie in.
    ///   - complete: What is done with them, unless a signal came before.
    /// - Returns: What failed; `nil` when a signal came before they were all in place, and none of them is.
    static func write(
        _ files: [(file: OutputFile, content: Content)],
        outside roots: Set<Inode>,
        _ interruption: Interruption,
        completing complete: () -> Void = {}
    ) -> [CommandError]? {
        var failures: [CommandError] = []
        var finished: [OutputFile] = []
        for (file, content) in files {
            interruption.discardsOutput(by: file.discard)
            do throws(CommandError) {
                try file.begin(outside: roots)
                try content(file.write)
                try file.finish()
                finished.append(file)
            } catch {
                failures.append(error)
                file.discard()
            }
        }
        let placed = interruption.unlessInterrupted {
            complete()
            return finished.filter { file in
                do throws(CommandError) { try file.putInPlace() } catch {
                    failures.append(error)
                    return false
                }
                return true
            }
        }
        guard let placed else { return nil }
        for file in placed {
            do throws(CommandError) { try file.settle() } catch { failures.append(error) }
        }
        return failures
    }
}
