#if os(Linux)
import Foundation
import Testing

@testable import NativeInterop

@Suite("System calls")
struct SystemCallTests {
    /// Says something only where the tests may not use every processor, as under `taskset --cpu-list 0`.
    @Test("counts the processors that the process may use, as nproc does")
    func processors() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/nproc")
        process.environment = [:]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(SystemCall.processorCount == Int(text.dropLast()))
    }
}
#endif
