/// Why a text is not the JSON that was expected, and where.
package struct JSONError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// The text ends inside a value.
        case unexpectedEnd
        /// A byte that the grammar (RFC 8259) does not allow there.
        case unexpectedByte
        /// An escape that does not exist, a lone surrogate, a raw control character, or bytes that are not UTF-8.
        case invalidString
        /// A number outside the grammar.
        case invalidNumber
        /// The same name twice in one object, which readers resolve differently.
        case duplicateName(String)
        /// Something follows the value.
        case trailingBytes
        /// Nested deeper than the limit.
        case tooDeep
        /// More names in one object than the limit.
        case tooManyNames
    }

    package let reason: Reason
    /// The offset of the byte it was noticed at.
    package let offset: Int

    package var description: String {
        switch reason {
        case .unexpectedEnd: "the JSON text ends inside a value (byte \(offset))"
        case .unexpectedByte: "not JSON at byte \(offset)"
        case .invalidString: "a string is broken at byte \(offset)"
        case .invalidNumber: "a number is broken at byte \(offset)"
        case .duplicateName(let name): "the name \"\(shortened(name))\" appears twice in one object (byte \(offset))"
        case .trailingBytes: "something follows the JSON text at byte \(offset)"
        case .tooDeep: "nested too deep at byte \(offset)"
        case .tooManyNames: "more than \(JSONReader.maximumNames) names in one object at byte \(offset)"
        }
    }
}
