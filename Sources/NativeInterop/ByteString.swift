#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Text as the system has it, such as a path or an argument: bytes, which need not be UTF-8.
///
/// Two are equal when their bytes are. A `String` would repair what is not UTF-8, and then name another file.
package struct ByteString: Hashable, Sendable {
    /// The bytes, without the NUL that ends them in C.
    package let bytes: [UInt8]

    /// The text with these bytes.
    package init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The bytes of a string of C's, up to its NUL.
    @unsafe package init(cString: UnsafePointer<CChar>) {
        bytes = unsafe Array(UnsafeRawBufferPointer(start: cString, count: strlen(cString)))
    }

    /// The UTF-8 bytes of `text`.
    package init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
    }

    /// The bytes as text; `nil` when they are not UTF-8.
    package var text: String? { String(validating: bytes, as: UTF8.self) }

    /// Whether there are no bytes.
    package var isEmpty: Bool { bytes.isEmpty }

    /// Whether the system can take it: a NUL would end it early.
    package var isUsable: Bool { !bytes.contains(0) }

    /// As C takes it, which ends at the first NUL.
    package var cString: [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }

    package func hasPrefix(_ text: StaticString) -> Bool {
        bytes.count >= text.utf8CodeUnitCount && bytes.prefix(text.utf8CodeUnitCount).elementsEqual(Self.bytes(text))
    }

    package func hasSuffix(_ text: StaticString) -> Bool {
        bytes.count >= text.utf8CodeUnitCount && bytes.suffix(text.utf8CodeUnitCount).elementsEqual(Self.bytes(text))
    }

    /// What stands before the first occurrence of a byte, and what after it; `nil` when there is none.
    package func split(at byte: UInt8) -> (head: ByteString, tail: ByteString)? {
        guard let index = bytes.firstIndex(of: byte) else { return nil }
        return (ByteString(bytes: bytes[..<index]), ByteString(bytes: bytes[(index + 1)...]))
    }

    /// The bytes up to and with the last `/`, and those behind it; `nil` when there is none.
    package var folderAndName: (folder: ByteString, name: ByteString)? {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return (ByteString(bytes: bytes[...slash]), ByteString(bytes: bytes[(slash + 1)...]))
    }

    package static func + (first: ByteString, second: ByteString) -> ByteString {
        ByteString(bytes: first.bytes + second.bytes)
    }

    private static func bytes(_ text: StaticString) -> [UInt8] {
        text.withUTF8Buffer { unsafe Array($0) }
    }
}

extension ByteString: ExpressibleByStringInterpolation {
    package init(stringLiteral text: String) {
        self.init(text)
    }
}

extension ByteString: CustomStringConvertible {
    /// The text; where it is not UTF-8, with every byte that is not printable ASCII as `\xff`.
    package var description: String {
        if let text { return text }
        var shown = ""
        for byte in bytes {
            if (0x20..<0x7f).contains(byte) {
                shown.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16)
                shown += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return shown
    }
}
