internal import CloudTrailIntegrity
internal import NativeInterop

/// Words of a POSIX shell's command line.
enum ShellWord {
    /// `text` as one word that the shell takes as it is, in printable characters alone.
    ///
    /// What a terminal would obey is written as octal escapes that `printf` undoes. The shell drops line ends at the end
    /// of that, so the text must not end in one: ``endsInLineBreak(_:)``.
    static func quoted(_ text: String) -> String {
        if text.unicodeScalars.contains(where: \.needsEscape) {
            return printed(octal(text))
        }
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { Self.isPlain($0) } && !text.hasPrefix("-")
        return isPlain ? text : singleQuoted(text)
    }

    /// `bytes` as one such word; where they are not UTF-8, every byte that is not printable ASCII is an escape.
    static func quoted(_ bytes: ByteString) -> String {
        if let text = bytes.text { return quoted(text) }
        return printed(
            bytes.bytes.map { byte in
                let isPlain = (0x20..<0x7f).contains(byte) && byte != UInt8(ascii: "\\")
                return isPlain ? String(Unicode.Scalar(byte)) : octal(byte)
            }.joined()
        )
    }

    private static func printed(_ escapes: String) -> String {
        // With quotes around it the shell splits nothing, and what printf writes is not read as a command again.
        "\"$(printf '%b' \(singleQuoted(escapes)))\""
    }

    /// `text` between single quotes, whatever it holds.
    static func singleQuoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// The path of a file or folder as a word that no command takes for an option.
    static func path(_ path: ByteString) -> String {
        quoted(path.hasPrefix("-") ? "./" + path : path)
    }

    static func endsInLineBreak(_ text: ByteString) -> Bool {
        text.bytes.last == UInt8(ascii: "\n")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "/._-+:,@%=".utf8.contains(byte)
        }
    }

    /// `text` for `printf %b`: every byte that is not a printable character, and every backslash, as `\0ddd`.
    private static func octal(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            guard scalar.needsEscape || scalar == "\\" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            for byte in String(scalar).utf8 { result += octal(byte) }
        }
        return result
    }

    private static func octal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 8)
        return "\\0" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }
}
