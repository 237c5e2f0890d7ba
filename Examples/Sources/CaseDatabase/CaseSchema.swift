import CSQLite

/// What a case database holds: every entry of the archive, and of a file its content or why it could not be read.
enum CaseSchema {
    /// A path is bytes, like a key in S3. `kind` is `file`, `link`, `special` or `unreadable-folder`; `reason` and
    /// `message` are those of an `ObjectReadError`.
    static let table = """
        CREATE TABLE objects (
            path BLOB PRIMARY KEY NOT NULL,
            kind TEXT NOT NULL,
            content BLOB,
            modified INTEGER,
            reason TEXT,
            message TEXT,
            signature TEXT,
            signature_algorithm TEXT,
            backfill_generation_timestamp TEXT
        ) STRICT
        """

    /// A row of SQLite has no room for more.
    static let maximumContentBytes: UInt64 = 999_000_000
    /// The longest path that is read, in bytes: as for an archive in a folder.
    static let maximumPathBytes = 4096
    /// The longest other text that is read, in bytes.
    private static let maximumTextBytes = 4096

    /// A column of text, or its beginning: as bytes, because SQLite's functions take a NUL for the end of text.
    static func text(_ column: String) -> String {
        "substr(CAST(\(column) AS BLOB), 1, \(maximumTextBytes))"
    }

    /// Takes a database only with the very table that an import makes: a view or a generated column under its name
    /// could compute whatever it likes, for as long as it likes.
    static func check(_ connection: Connection) throws {
        let statement = try Statement(connection, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
        guard try statement.step(), statement.text(0) == table, try !statement.step() else {
            throw NotACaseDatabase()
        }
    }

    struct NotACaseDatabase: Error, CustomStringConvertible {
        let description = "it holds something else than the one table that 'CaseDatabase import' makes"
    }
}
