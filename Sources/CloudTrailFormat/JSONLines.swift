/// Files with one JSON text a line.
package enum JSONLines {
    /// Why a line could not be read.
    package struct Failure: Error {
        /// The line, counted from 1.
        package let line: Int
        /// What is wrong with its JSON; `nil` when `read` did not take it.
        package let error: JSONError?
    }

    /// Calls `read` with each line that is not blank.
    ///
    /// - Parameter read: Reads the line's value; `false` when it is JSON, but not what the file is to hold.
    package static func forEach(
        _ bytes: [UInt8],
        maximumDepth: Int,
        _ read: (inout JSONReader) throws(JSONError) -> Bool
    ) throws(Failure) {
        var number = 0
        var rest = bytes[...]
        while !rest.isEmpty {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest[line.endIndex...].dropFirst()
            number += 1
            // Files that were joined have a mark each.
            let text = line.starts(with: InputText.mark) ? line.dropFirst(InputText.mark.count) : line
            if text.allSatisfy(isSpace) { continue }
            var reader = JSONReader(Array(text), maximumDepth: maximumDepth)
            let isTaken: Bool
            do throws(JSONError) {
                isTaken = try read(&reader)
                if isTaken { try reader.expectEnd() }
            } catch {
                throw Failure(line: number, error: error)
            }
            if !isTaken { throw Failure(line: number, error: nil) }
        }
    }

    package static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }
}
