#if os(Linux)
import Foundation
import Glibc
import Synchronization
import Testing

/// A terminal that nobody looks at, and all that was written to it.
final class PseudoTerminal: Sendable {
    /// What a process is given as its streams.
    let end: FileHandle

    private let master: CInt
    private let received = Mutex<[UInt8]>([])
    private let isHungUp = Mutex(false)

    /// `TIOCSPTLCK` and `TIOCGPTN`.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    init(columns: UInt16 = 80) throws {
        // Glibc's module leaves out posix_openpt and what belongs to it.
        master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(master >= 0)
        var isLocked: CInt = 0
        var number: CInt = 0
        let isReady = unsafe ioctl(master, Self.setLock, &isLocked) == 0 && ioctl(master, Self.getNumber, &number) == 0
        try #require(isReady)
        let slave = unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(slave >= 0)
        end = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
        resize(columns: columns)
        Thread.detachNewThread { self.receive() }
    }

    func resize(columns: UInt16) {
        var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        let result = unsafe ioctl(master, UInt(TIOCSWINSZ), &size)
        #expect(result == 0)
    }

    /// To be called once a process has it: the terminal is hung up when that one ends.
    func wasHandedOn() {
        try? end.close()
    }

    private func receive() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(master, &buffer, buffer.count)
            if count <= 0 { break }
            received.withLock { $0 += buffer[..<count] }
        }
        close(master)
        isHungUp.withLock { $0 = true }
    }

    /// What was written until now.
    var text: String {
        String(decoding: received.withLock { $0 }, as: UTF8.self)
    }

    /// What was written, once the process has ended.
    func wholeText() -> String {
        while !isHungUp.withLock({ $0 }) { usleep(1_000) }
        return text
    }

    /// What a terminal shows in the end, without the colours.
    static func screen(of text: String) -> [String] {
        var lines: [[Unicode.Scalar]] = [[]]
        var column = 0
        var scalars = Array(text.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\r": column = 0
            case "\n": lines.append([])
            case "\u{1b}":
                let parameters = scalars.dropFirst().prefix { !("A"..."z").contains($0) }
                scalars = scalars.dropFirst(1 + parameters.count)
                if scalars.popFirst() == "J" { lines[lines.count - 1].removeSubrange(column...) }
            default:
                let line = lines.count - 1
                while lines[line].count < column { lines[line].append(" ") }
                if column < lines[line].count { lines[line][column] = scalar } else { lines[line].append(scalar) }
                column += 1
            }
        }
        return lines.map { line in
            var text = ""
            text.unicodeScalars.append(contentsOf: line)
            return text
        }
    }
}
#endif
