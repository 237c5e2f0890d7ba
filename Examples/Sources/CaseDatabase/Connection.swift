import CSQLite

/// A connection to a database, used by one thread: it is opened without SQLite's own lock.
///
/// Statements and blobs hold it. When the last of them is gone it is closed, or given back.
final class Connection {
    let handle: OpaquePointer
    /// Who is given the handle back; `nil` closes it.
    var pool: ConnectionPool?

    /// Opens the database, which need not be trusted.
    init(path: String, _ flags: CInt) throws {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard let opened, code == SQLITE_OK else {
            defer { sqlite3_close_v2(opened) }
            throw SQLiteError(code, opened)
        }
        handle = opened
        sqlite3_busy_timeout(handle, 1000)
        try check(examples_distrust(handle))
    }

    /// Takes over a handle that nobody else uses.
    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        if let pool {
            pool.take(handle)
        } else {
            sqlite3_close_v2(handle)
        }
    }

    func check(_ code: CInt) throws {
        guard code == SQLITE_OK else { throw SQLiteError(code, handle) }
    }

    func execute(_ sql: String) throws {
        try check(sqlite3_exec(handle, sql, nil, nil, nil))
    }
}
