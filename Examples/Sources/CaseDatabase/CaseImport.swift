import CSQLite
import CloudTrailIntegrity
import ExampleSupport
import Foundation

/// Copies an archive from a folder into a new case database.
///
/// The library's own ``LocalArchive`` reads the folder: it follows no link, and says what it could not read. That is
/// kept too, or the file would seem to be deleted.
struct CaseImport {
    private let archive: LocalArchive
    private let connection: Connection
    private var count = (objects: 0, unreadable: 0)

    /// Makes the database beside its place, and puts it there when it is complete.
    static func run(folder: String, database: String) throws -> (objects: Int, unreadable: Int) {
        let archive = try Inputs.folder(folder)
        guard !FileManager.default.fileExists(atPath: database) else {
            throw Failure(.cannotWrite, "\(database): is there already, and evidence is not overwritten")
        }
        let unfinished = "\(database).\(ProcessInfo.processInfo.processIdentifier).unfinished"
        defer { try? FileManager.default.removeItem(atPath: unfinished) }
        do {
            let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            var copy = CaseImport(archive: archive, connection: try Connection(path: unfinished, flags))
            try copy.all()
            try FileManager.default.moveItem(atPath: unfinished, toPath: database)
            return copy.count
        } catch let error as SQLiteError {
            throw Failure(.cannotWrite, "\(database): \(error)")
        } catch let error as CocoaError {
            throw Failure(.cannotWrite, "\(database): \(Inputs.reason(of: error))")
        }
    }

    private mutating func all() throws {
        // Whatever fails, the whole file goes: no journal has to be there to roll back.
        try connection.execute("PRAGMA journal_mode = MEMORY; BEGIN; \(CaseSchema.table)")
        try archive.list { entry in
            switch entry.kind {
            case .file: try add(file: entry.path)
            case .link: try add(entry.path, "link")
            case .unreadableFolder(let error): try add(entry.path, "unreadable-folder", error)
            default: try add(entry.path, "special")
            }
        }
        try connection.execute("COMMIT")
    }

    private mutating func add(file path: ObjectKey) throws {
        do {
            let object = try archive.open(path)
            guard let size = object.storedBytes, size <= CaseSchema.maximumContentBytes else {
                throw ObjectReadError(.inputOutput, "it is larger than a row of SQLite")
            }
            let signature = try object.signatureMetadata()
            try add(path, "file", size: size, modified: object.metadata.modified, signature)
            do {
                try copy(object, size, toRow: sqlite3_last_insert_rowid(connection.handle))
            } catch let error as ObjectReadError {
                _ = try Statement(connection, "DELETE FROM objects WHERE path = ?", [.blob(path.bytes)]).step()
                count.objects -= 1
                throw error
            }
        } catch let error as ObjectReadError {
            try add(path, "file", error)
        }
    }

    private mutating func add(
        _ path: ObjectKey,
        _ kind: String,
        _ error: ObjectReadError? = nil,
        size: UInt64? = nil,
        modified: Int64? = nil,
        _ signature: SignatureMetadata? = nil
    ) throws {
        _ = try Statement(
            connection,
            "INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .blob(path.bytes), .text(kind), size.map { .zeroes($0) } ?? .integer(nil), .integer(modified),
                .text(error?.reason.rawValue), .text(error?.description), .text(signature?.signature),
                .text(signature?.algorithm), .text(signature?.backfillGenerationTime?.description),
            ]
        ).step()
        count.objects += 1
        if error != nil { count.unreadable += 1 }
    }

    /// Fills the row with the file's content, piece by piece.
    private func copy(_ object: any OpenObject, _ size: UInt64, toRow row: Int64) throws {
        var blob: OpaquePointer?
        try connection.check(sqlite3_blob_open(connection.handle, "main", "objects", "content", row, 1, &blob))
        defer { sqlite3_blob_close(blob) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var offset = 0
        while true {
            let read = try buffer.withUnsafeMutableBytes { bytes in
                var span = MutableRawSpan(_unsafeBytes: bytes)
                return try object.read(into: &span)
            }
            if read == 0 { break }
            guard offset + read <= size else { throw ObjectReadError(.changed, "it grew while it was read") }
            try connection.check(sqlite3_blob_write(blob, buffer, CInt(read), CInt(offset)))
            offset += read
        }
        guard offset == size else { throw ObjectReadError(.changed, "it shrank while it was read") }
        try object.checkUnchanged()
    }
}
