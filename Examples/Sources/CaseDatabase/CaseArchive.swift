import CSQLite
import CloudTrailIntegrity
import ExampleSupport

/// An archive in a case database. Nothing is written to it.
final class CaseArchive: ObjectSource {
    let name: String

    private let pool: ConnectionPool

    /// - Throws: ``Failure`` when the file is not a case database.
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
        try list(below: ObjectKey(""), visit)
    }

    /// Lists a folder by its range of paths, for which SQLite has an index. What lies directly in it is then told from
    /// what lies deeper by the library.
    func list(below folder: ObjectKey, _ visit: (ArchiveEntry) throws -> Void) throws {
        try requireListed(folder)
        let longest = CaseSchema.maximumPathBytes
        // A folder's path ends in `/`: before the byte behind that one stand all paths that begin with it.
        let end = folder.bytes.isEmpty ? [] : folder.bytes.dropLast() + [UInt8(ascii: "/") + 1]
        let rows = try Statement(
            try pool.borrow(),
            """
            SELECT substr(path, 1, \(longest + 1)), \(CaseSchema.text("kind")), \(CaseSchema.text("reason")),
                \(CaseSchema.text("message")), length(content), modified
            FROM objects \(folder.bytes.isEmpty ? "" : "WHERE path >= ? AND path < ?")
            """,
            folder.bytes.isEmpty ? [] : [.blob(folder.bytes), .blob(Array(end))]
        )
        while try isThereMore(rows, of: folder, visit) {
            let path = ObjectKey(bytes: rows.bytes(0))
            let kind: ArchiveEntry.Kind
            var metadata: ObjectMetadata?
            switch rows.text(1) {
            case _ where path.bytes.count > longest:
                kind = .unreadableFolder(ObjectReadError(.inputOutput, "its path is longer than \(longest) bytes"))
            case "file":
                kind = .file
                // The very things that the object itself says, which SQLite has without reading the content.
                metadata = rows.integer(4).map { size in
                    ObjectMetadata(storedBytes: UInt64(clamping: size), modified: rows.integer(5))
                }
            case "link": kind = .link
            case "special": kind = .special
            default: kind = .unreadableFolder(.imported(rows.text(2), rows.text(3)))
            }
            try visit(ArchiveEntry(path: path, kind: kind, metadata: metadata))
        }
    }

    /// Throws where the import could not list a folder, or one that it lies in.
    private func requireListed(_ folder: ObjectKey) throws {
        for end in folder.bytes.indices where folder.bytes[end] == UInt8(ascii: "/") {
            let row = try Statement(
                try pool.borrow(),
                """
                SELECT \(CaseSchema.text("reason")), \(CaseSchema.text("message"))
                FROM objects WHERE path = ? AND kind = 'unreadable-folder'
                """,
                [.blob(Array(folder.bytes[..<end]))]
            )
            if try row.step() { throw ObjectReadError.imported(row.text(0), row.text(1)) }
        }
    }

    /// Whether there is another row. Where that cannot be read, nothing that is not there is gone for certain.
    private func isThereMore(
        _ rows: Statement,
        of folder: ObjectKey,
        _ visit: (ArchiveEntry) throws -> Void
    ) throws -> Bool {
        do {
            return try rows.step()
        } catch let error as SQLiteError {
            let reason = ObjectReadError(.inputOutput, "SQLite: \(error)")
            guard folder.bytes.isEmpty else { throw reason }
            try visit(ArchiveEntry(path: folder, kind: .unreadableFolder(reason)))
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
