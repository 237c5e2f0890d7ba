internal import CloudTrailIntegrity
internal import CloudTrailRules

/// How text for people is shown.
package struct TextStyle: Hashable, Sendable {
    /// The columns that lines should fit; `nil` where nothing needs to be cut or wrapped. A character counts as one column.
    package var width: Int?
    /// Whether severities and verdicts are coloured.
    package var isColored: Bool

    /// Without colour, and as wide as it gets, unless said otherwise.
    package init(width: Int? = nil, isColored: Bool = false) {
        self.width = width
        self.isColored = isColored
    }

    /// A colour of the terminal's own palette that can be read on dark and on light ground.
    enum Color: Int {
        case red = 31
        case green = 32
        case magenta = 35
    }

    func paint(_ text: String, _ color: Color?) -> String {
        guard isColored, let color else { return text }
        return "\u{1b}[1;\(color.rawValue)m\(text)\u{1b}[0m"
    }

    func paint(_ severity: Severity) -> String {
        switch severity {
        case .violation: paint(severity.rawValue, .red)
        case .unverified: paint(severity.rawValue, .magenta)
        case .notice: severity.rawValue
        }
    }

    /// `text` in lines that fit, the first behind `indent` spaces and the others behind `hanging` more. A word that is
    /// longer than a line stays whole.
    package func wrap(_ text: String, indent: Int = 0, hanging: Int = 0) -> [String] {
        let space = String(repeating: " ", count: indent)
        guard let width, text.count + indent > width else { return [space + text] }
        var lines: [String] = []
        var line = space
        var isEmpty = true
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = space + String(repeating: " ", count: hanging)
                isEmpty = true
            }
            line += isEmpty ? String(word) : " \(word)"
            isEmpty = false
        }
        return lines + [line]
    }
}
