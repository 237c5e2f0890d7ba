// Is this folder what AWS delivered? InvestigatorScript ARCHIVE KEYS [SIGNATURES]
//
// Exit status 0: everything is proven; 1: something is not as AWS delivered it; 2: something is not proven; 64, 66:
// there is no verdict.
import CloudTrailIntegrity
import Foundation

func end(_ message: String, _ status: CInt) -> Never {
    FileHandle.standardError.write(Data("\(message)\n".utf8))
    exit(status)
}

func content(of path: String) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else { end("Error: \(path) cannot be read", 66) }
    return [UInt8](data)
}

let arguments = CommandLine.arguments.dropFirst()
guard (2...3).contains(arguments.count) else { end("Usage: InvestigatorScript ARCHIVE KEYS [SIGNATURES]", 64) }
do {
    var keys = PublicKeySet()
    try keys.add(reading: content(of: arguments[2]), name: arguments[2])
    var signatures = SignatureManifest()
    for path in arguments.dropFirst(2) { try signatures.add(reading: content(of: path)) }
    let report = try Validator(keys: keys, signatures: signatures).validate(LocalArchive(path: arguments[1]))
    for finding in report.findings { print(finding) }
    print("verdict: \(report.verdict())")
    exit(report.verdict() == .valid ? 0 : report.verdict() == .notValid ? 1 : 2)
} catch {
    end("Error: no verdict: \(error)", 66)
}
