import CloudTrailFormat
import CloudTrailIntegrity

@testable import Adversary

/// An archive in memory that goes by once.
struct StreamedArchive: ObjectStream {
    /// In which order it goes by.
    enum Order: CaseIterable {
        case sorted, reversed, shuffled
    }

    let archive: MemoryArchive
    var order = Order.sorted
    /// What objects say their size is; `nil` for the truth, and from it for not knowing.
    var statedSize: (@Sendable (UInt64) -> UInt64?)?

    var name: String { archive.name }

    /// A copy of an object that says another size.
    private final class Stated: OpenObject {
        private let object: any OpenObject
        let storedBytes: UInt64?

        init(_ object: any OpenObject, storedBytes: UInt64?) {
            self.object = object
            self.storedBytes = storedBytes
        }

        var metadata: ObjectMetadata { object.metadata }

        func read(into buffer: inout MutableRawSpan) throws -> Int { try object.read(into: &buffer) }

        func signatureMetadata() throws -> SignatureMetadata? { try object.signatureMetadata() }
    }

    /// A file that cannot be opened.
    private struct Broken: OpenObject {
        let failure: ObjectReadError
        let storedBytes: UInt64? = nil

        func read(into buffer: inout MutableRawSpan) throws -> Int { throw failure }
    }

    func forEachObject(
        check: @escaping @Sendable () throws -> Void,
        _ visit: (ArchiveEntry, (any OpenObject)?) throws -> Void
    ) throws {
        var paths = archive.files.keys.sorted()
        switch order {
        case .sorted: break
        case .reversed: paths.reverse()
        case .shuffled:
            var generator = SystemRandomNumberGenerator()
            paths.shuffle(using: &generator)
        }
        for path in paths {
            let entry = ArchiveEntry(path: path, kind: .file)
            if let failure = archive.failures[path] {
                try visit(entry, Broken(failure: failure))
                continue
            }
            let object = try archive.open(path)
            try visit(entry, statedSize.map { Stated(object, storedBytes: $0(object.storedBytes ?? 0)) } ?? object)
        }
        for obstacle in archive.obstacles { try visit(obstacle, nil) }
    }
}
