internal import CloudTrailIntegrity

/// An error that ends the command with one line.
struct CommandError: Error {
    let status: ExitStatus
    let message: String
    /// Lines that follow it, such as commands to run.
    let advice: [String]
    /// Whether the command line itself could not be understood, so that its form is worth showing.
    let showsUsage: Bool

    init(_ status: ExitStatus, _ message: String, advice: [String] = [], showsUsage: Bool = false) {
        self.status = status
        self.message = message
        self.advice = advice
        self.showsUsage = showsUsage
    }
}

extension CommandError {
    /// What ended the reading of an archive.
    init(whileReading error: any Error) {
        if let error = error as? ObjectReadError {
            self.init(.noInput, "The archive could not be listed: \(error.description)")
            return
        }
        #if ArchiveFiles
        // A pipe shows only now that it is not an archive, and a file may have become another since it was opened.
        if let error = error as? ArchiveFileError {
            self.init(.noInput, "The archive cannot be validated: \(error)")
            return
        }
        #endif
        self.init(.internalError, "\(error)")
    }

    /// What ended the judging of an archive.
    init(validating error: any Error, _ validator: Validator) {
        switch error {
        case let error as CommandError: self = error
        case let error as ValidationOptionsError: self.init(.usage, "\(error)")
        case let error as StateError where error.reason == .sourceIsEmpty:
            self.init(.noInput, "The archive \(error.description)")
        case let error as StateError:
            self.init(
                .noInput,
                "The keys cannot be trusted: \(error). Find out where they came from before anything is validated"
            )
        case let error as ClockError:
            let option = validator.coverageMustReach == nil ? "acknowledge" : "max-age"
            self.init(.noInput, "'--\(option)' cannot be answered: \(error)")
        default: self.init(whileReading: error)
        }
    }
}
