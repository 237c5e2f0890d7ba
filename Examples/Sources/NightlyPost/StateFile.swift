import CloudTrailIntegrity
import ExampleSupport
import Foundation

/// The file that remembers from night to night what was proven. Keep it where the archive's writers cannot reach.
struct StateFile: Sendable {
    /// What earlier nights proved.
    let earlier: ProvenState

    private let path: String

    /// - Parameter isNew: Whether this is the first night. Where the state is gone, none is begun unasked:
    ///   no later night would notice what is gone by now.
    init(_ path: String, isNew: Bool) throws {
        self.path = path
        if isNew {
            guard !FileManager.default.fileExists(atPath: path) else {
                throw Failure(.usage, "\(path): is there already; leave out '--new-state'")
            }
            earlier = ProvenState()
            return
        }
        let bytes = try Inputs.content(of: path)
        do {
            earlier = try ProvenState(reading: bytes)
        } catch {
            throw Failure(.noInput, "\(path): \(error)")
        }
    }

    /// Writes the next state beside the file and renames it: there is the old one or the new one, never a part.
    func replace(with next: ProvenState) throws {
        do {
            try Data(next.serialized()).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw Failure(.cannotWrite, "\(path): \(Inputs.reason(of: error))")
        }
    }
}
