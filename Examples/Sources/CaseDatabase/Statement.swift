import CSQLite

/// A statement of a connection, with its values.
final class Statement {
    /// What stands for a `?`.
    enum Value {
        case blob([UInt8])
        case zeroes(UInt64)
        case integer(Int64?)
        case text(String?)
    }

    private let handle: OpaquePointer
    private let connection: Connection

    init(_ connection: Connection, _ sql: String, _ values: [Value] = []) throws {
        var prepared: OpaquePointer?
        try connection.check(sqlite3_prepare_v2(connection.handle, sql, -1, &prepared, nil))
        guard let prepared else { throw SQLiteError(SQLITE_MISUSE, nil) }
        handle = prepared
        self.connection = connection
        for (index, value) in zip(CInt(1)..., values) { try connection.check(Self.bind(value, index, prepared)) }
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Binds by copy: nothing here has to outlive the call.
    private static func bind(_ value: Value, _ index: CInt, _ handle: OpaquePointer) -> CInt {
        switch value {
        case .blob(let bytes):
            bytes.withUnsafeBytes { examples_bind_blob(handle, index, $0.baseAddress, CInt(clamping: $0.count)) }
        case .zeroes(let count): sqlite3_bind_zeroblob64(handle, index, count)
        case .integer(let number?): sqlite3_bind_int64(handle, index, number)
        case .text(let text?): examples_bind_text(handle, index, text, CInt(clamping: text.utf8.count))
        case .integer(nil), .text(nil): sqlite3_bind_null(handle, index)
        }
    }

    /// Whether there is another row, to which it then goes.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw SQLiteError(code, connection.handle)
        }
    }

    // A value of another type than was meant is converted: a hostile database yields odd values and no more.

    func bytes(_ column: CInt) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func text(_ column: CInt) -> String? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : String(decoding: bytes(column), as: UTF8.self)
    }

    func integer(_ column: CInt) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, column)
    }
}
