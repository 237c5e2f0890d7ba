import CSQLite
import CloudTrailIntegrity
import ExampleSupport

/// An archive in a case database. Nothing is written to it.
final class CaseArchive: ObjectSource {
    let name: String

    private let pool: ConnectionPool

    /// - Throws: ``Failure`` when the file is no case database.
    init(path: String) throws {
        name = path
        pool = ConnectionPool(path: path)
        do {
            // Now rather than as a finding on each file. It is the first that is used.
            _ = try pool.borrow()
        } catch {
            throw Failure(.noInput, "\(path): \(error)")
        }
    }

    func list(_ visit: (ArchiveEntry) throws -> Void) throws {
        let longest = CaseSchema.maximumPathBytes
        let rows = try Statement(
            try pool.borrow(),
            """
            SELECT substr(path, 1, \(longest + 1)), \(CaseSchema.text("kind")), \(CaseSchema.text("reason")),
                \(CaseSchema.text("message"))
            FROM objects
            """
        )
        while try isThereMore(rows, visit) {
            let path = ObjectKey(bytes: rows.bytes(0))
            let kind: ArchiveEntry.Kind
            switch rows.text(1) {
            case _ where path.bytes.count > longest:
                kind = .unreadableFolder(ObjectReadError(.inputOutput, "its path is longer than \(longest) bytes"))
            case "file": kind = .file
            case "link": kind = .link
            case "special": kind = .special
            default: kind = .unreadableFolder(.imported(rows.text(2), rows.text(3)))
            }
            try visit(ArchiveEntry(path: path, kind: kind))
        }
    }

    /// Whether there is another row. Where that cannot be read, nothing that is not there is gone for certain.
    private func isThereMore(_ rows: Statement, _ visit: (ArchiveEntry) throws -> Void) throws -> Bool {
        do {
            return try rows.step()
        } catch let error as SQLiteError {
            let reason = ObjectReadError(.inputOutput, "SQLite: \(error)")
            try visit(ArchiveEntry(path: ObjectKey(""), kind: .unreadableFolder(reason)))
            return false
        }
    }

    /// Opens the file. What SQLite cannot do is an input error, and becomes a finding on the one file.
    func open(_ path: ObjectKey) throws -> any OpenObject {
        do {
            return try CaseObject(path, try pool.borrow())
        } catch let error as SQLiteError {
            throw ObjectReadError(.inputOutput, "SQLite: \(error)")
        }
    }
}

extension ObjectReadError {
    /// What kept the import from reading something.
    static func imported(_ reason: String?, _ message: String?) -> ObjectReadError {
        ObjectReadError(reason.flatMap { Reason(rawValue: $0) } ?? .inputOutput, message ?? "no content was imported")
    }
}
