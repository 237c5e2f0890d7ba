import CSQLite

/// What SQLite says. The text may quote the database, and so hold anything.
struct SQLiteError: Error, CustomStringConvertible {
    let description: String

    init(_ code: CInt, _ database: OpaquePointer?) {
        let message = database.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        description = message.map { String(cString: $0) } ?? "error \(code)"
    }
}
