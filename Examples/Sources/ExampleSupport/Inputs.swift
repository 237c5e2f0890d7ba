import CloudTrailIntegrity
import Foundation

/// What a validation is given beside the archive, and what it comes to. Errors name the file.
public enum Inputs {
    /// The file's bytes.
    public static func content(of path: String) throws -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw Failure(.noInput, "\(path): \(reason(of: error))")
        }
    }

    /// The keys of an answer of ListPublicKeys.
    public static func keys(from path: String) throws -> PublicKeySet {
        let bytes = try content(of: path)
        var keys = PublicKeySet()
        do {
            try keys.add(reading: bytes, name: path)
            return keys
        } catch {
            throw Failure(.noInput, "\(path): \(error)")
        }
    }

    /// The signatures that were kept beside the archive; none without a path.
    public static func signatures(from path: String?) throws -> SignatureManifest {
        var signatures = SignatureManifest()
        guard let path else { return signatures }
        let bytes = try content(of: path)
        do {
            try signatures.add(reading: bytes)
            return signatures
        } catch {
            throw Failure(.noInput, "\(path): \(error)")
        }
    }

    /// The archive in a folder.
    public static func folder(_ path: String) throws -> LocalArchive {
        do {
            return try LocalArchive(path: path)
        } catch {
            throw Failure(.noInput, "\(path): \(error)")
        }
    }

    /// What the system said: Foundation keeps it below an error of its own.
    public static func reason(of error: any Error) -> String {
        guard let cause = (error as? CocoaError)?.underlying as? POSIXError else { return error.localizedDescription }
        return String(cString: strerror(cause.code.rawValue))
    }
}

extension Verdict {
    /// The exit status that says the same. What a later version may add is not proven.
    public var exitStatus: CInt {
        switch self {
        case .valid: 0
        case .notValid: 1
        default: 2
        }
    }
}
