import CSQLite
import Synchronization

/// Connections that read one database, each used by one thread at a time.
///
/// The validator opens files from several threads at once. One connection for all of them would make them wait for
/// each other at every read, and its error message would be that of whoever failed last. So each file that is open has
/// a connection of its own; there come to be as many as files were ever open at once, `jobs` and `readers` at most.
final class ConnectionPool: Sendable {
    /// A handle that nobody uses. Any thread may be the next: SQLite only asks for one at a time.
    private struct Idle: @unchecked Sendable {
        let handle: OpaquePointer
    }

    private let path: String
    private let idle = Mutex<[Idle]>([])

    init(path: String) {
        self.path = path
    }

    deinit {
        for idle in idle.withLock({ $0 }) { sqlite3_close_v2(idle.handle) }
    }

    /// A connection that nobody else uses.
    func borrow() throws -> Connection {
        let connection: Connection
        if let idle = idle.withLock({ $0.popLast() }) {
            connection = Connection(idle.handle)
        } else {
            connection = try Connection(path: path, SQLITE_OPEN_READONLY)
            try CaseSchema.check(connection)
        }
        connection.pool = self
        return connection
    }

    /// Takes a handle back.
    func take(_ handle: OpaquePointer) {
        let idle = Idle(handle: handle)
        self.idle.withLock { $0.append(idle) }
    }
}
