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
