/// `text` with everything that could steer a terminal or forge a line made visible: control characters, line and
/// paragraph separators, and the characters that reorder or hide text (I28).
package func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.needsEscape }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if scalar.needsEscape {
            result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

extension StringProtocol {
    /// The text for people to read: everything that could steer a terminal or forge a line is made visible, as
    /// `\\u{1b}`.
    ///
    /// Keys, paths, messages and errors may hold whatever stood in an archive; ``Finding`` and ``ChainIdentity`` describe
    /// themselves like this.
    public var escapedForDisplay: String { escaped(String(self)) }
}

/// `text`, or its beginning where it is longer than a message should quote.
package func shortened(_ text: String) -> String {
    let limit = 100
    return text.utf8.count <= limit ? text : String(text.unicodeScalars.prefix(limit)) + "…"
}

extension Unicode.Scalar {
    package var needsEscape: Bool {
        // Of ASCII, which nearly all is, only the control characters are of a category below.
        if isASCII { return value < 0x20 || value == 0x7f }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
