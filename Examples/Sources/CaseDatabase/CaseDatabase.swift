import CloudTrailIntegrity
import ExampleSupport
import Foundation

/// A case database: an archive is copied into it once, and validated in it as often as it takes.
@main
enum CaseDatabase {
    static let usage = """
        Usage: CaseDatabase import FOLDER DATABASE
               CaseDatabase validate DATABASE KEYS [SIGNATURES]
        """

    static func main() {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            switch (arguments.first, arguments.count) {
            case ("import", 3):
                let count = try CaseImport.run(folder: arguments[1], database: arguments[2])
                print("\(count.objects) objects, \(count.unreadable) of which could not be read")
            case ("validate", 3...4): exit(try validate(arguments))
            default:
                print(usage)
                exit(Failure.Status.usage.rawValue)
            }
        } catch {
            Failure.end(error)
        }
    }

    private static func validate(_ arguments: [String]) throws -> CInt {
        let validator = Validator(
            keys: try Inputs.keys(from: arguments[2]),
            signatures: try Inputs.signatures(from: arguments.count == 4 ? arguments[3] : nil)
        )
        let report = try validator.validate(CaseArchive(path: arguments[1]))
        for finding in report.findings { print(finding) }
        print("verdict: \(report.verdict())")
        return report.verdict().exitStatus
    }
}
