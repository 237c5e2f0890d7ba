import CSQLite
import CloudTrailIntegrity

/// A file in a case database, read piece by piece: content of any size takes no memory.
///
/// SQLite shows one state of the database as long as the blob is open, so there is nothing to compare at the end.
final class CaseObject: OpenObject {
    let metadata: ObjectMetadata

    private let connection: Connection
    private let signature: SignatureMetadata?
    private let blob: OpaquePointer
    private let count: CInt
    private var offset: CInt = 0

    /// - Throws: ``ObjectReadError`` and ``SQLiteError``.
    init(_ path: ObjectKey, _ connection: Connection) throws {
        let row = try Statement(
            connection,
            """
            SELECT rowid, content IS NULL, \(CaseSchema.text("reason")), \(CaseSchema.text("message")), modified,
                \(CaseSchema.text("signature")), \(CaseSchema.text("signature_algorithm")),
                \(CaseSchema.text("backfill_generation_timestamp"))
            FROM objects WHERE path = ? AND kind = 'file'
            """,
            [.blob(path.bytes)]
        )
        guard try row.step() else { throw ObjectReadError(.vanished, "it is not in the database any more") }
        guard row.integer(1) == 0 else { throw ObjectReadError.imported(row.text(2), row.text(3)) }
        signature = row.text(5).map { signature in
            SignatureMetadata(
                signature: signature,
                algorithm: row.text(6),
                backfillGenerationTime: row.text(7).flatMap { try? Timestamp(parsing: $0) }
            )
        }
        var opened: OpaquePointer?
        try connection.check(
            sqlite3_blob_open(connection.handle, "main", "objects", "content", row.integer(0) ?? 0, 0, &opened)
        )
        guard let opened else { throw SQLiteError(SQLITE_MISUSE, nil) }
        self.connection = connection
        blob = opened
        count = sqlite3_blob_bytes(opened)
        metadata = ObjectMetadata(storedBytes: UInt64(clamping: count), modified: row.integer(4))
    }

    deinit {
        // Before the connection is let go, and another thread may have it.
        sqlite3_blob_close(blob)
    }

    var storedBytes: UInt64? { metadata.storedBytes }

    func read(into buffer: inout MutableRawSpan) throws -> Int {
        let piece = min(count - offset, CInt(clamping: buffer.byteCount))
        let code = buffer.withUnsafeMutableBytes { sqlite3_blob_read(blob, $0.baseAddress, piece, offset) }
        guard code == SQLITE_OK else {
            throw ObjectReadError(.inputOutput, "SQLite: \(SQLiteError(code, connection.handle))")
        }
        offset += piece
        return Int(piece)
    }

    func signatureMetadata() throws -> SignatureMetadata? { signature }
}
