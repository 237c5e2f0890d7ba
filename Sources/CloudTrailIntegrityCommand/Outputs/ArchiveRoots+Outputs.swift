internal import NativeInterop

/// What is written must not lie in the archive either.
extension ArchiveRoots {
    /// Takes in a file that is written.
    mutating func keepOut(_ file: OutputFile) {
        guard let location = file.location else { return }
        keepOut(location, isRead: false) { archive in
            "'\(file.path)' lies in the archive '\(archive)', into which nothing is written: give another folder"
        }
    }

    /// Takes in a folder that is made.
    mutating func keepOut(_ folder: OutputFolder) {
        keepOut(folder.location, isRead: false) { archive in
            "'\(folder.path)' would lie in the archive '\(archive)', into which nothing is written: give another folder"
        }
    }

    /// Takes in a state, which is read and written.
    mutating func keepOut(_ state: StateFile) {
        guard let location = state.file.location else { return }
        keepOut(location) { archive in
            "The state '\(state.file.path)' lies in the archive '\(archive)': whoever changes the archive can change it "
                + "there: keep it apart"
        }
    }
}
