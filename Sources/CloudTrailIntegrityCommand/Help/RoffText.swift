internal import CloudTrailFormat

/// Text of a manual page, in the macros of man(7).
struct RoffText {
    private(set) var lines: [String] = []

    /// The widest line of the source, in columns.
    private static let width = 78

    /// A macro with its arguments, which are markup.
    mutating func macro(_ name: String, _ arguments: String...) {
        lines.append(([".\(name)"] + arguments).joined(separator: " "))
    }

    /// A paragraph that hangs on a term.
    mutating func item(markup term: String, _ text: String) {
        macro("TP")
        add(term)
        self.text(text)
    }

    /// Running text; each sentence begins a line.
    mutating func text(_ text: String) {
        for sentence in Self.sentences(of: text) {
            for line in HelpText.wrap(Self.escaped(sentence), indent: 0, Self.width) { add(line) }
        }
    }

    /// Text with markup.
    mutating func text(markup: String) {
        for line in HelpText.wrap(markup, indent: 0, Self.width) { add(line) }
    }

    /// Lines that are shown as they are.
    mutating func example(_ lines: [String]) {
        macro("PP")
        macro("RS", "4")
        macro("EX")
        for line in lines { add(Self.escaped(line)) }
        macro("EE")
        macro("RE")
    }

    private mutating func add(_ line: String) {
        // A line that begins like this would be a macro.
        lines.append((line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" : "") + line)
    }

    static func bold(_ text: String) -> String { "\\fB\(escaped(text))\\fR" }
    static func italic(_ text: String) -> String { "\\fI\(escaped(text))\\fR" }

    /// A command line as the help writes it, with what is to be typed in bold and what stands for something in italics.
    static func markup(_ commandLine: String) -> String {
        commandLine.split(separator: " ").map { word in
            guard let begin = word.firstIndex(of: "<"), let end = word.firstIndex(of: ">"), begin < end else {
                return word.contains("...") ? escaped(word) : bold(String(word))
            }
            let name = italic(String(word[word.index(after: begin)..<end]))
            return escaped(word[..<begin]) + name + escaped(word[word.index(after: end)...])
        }.joined(separator: " ")
    }

    /// `text` so that each character stands for itself.
    static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            case "\"": result += "\\(dq"
            case _ where scalar.isASCII: result.unicodeScalars.append(scalar)
            default: result += "\\[u\(hexadecimal(scalar))]"
            }
        }
        return result
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }

    private static func sentences(of text: String) -> [String] {
        var sentences: [String] = []
        var words: [Substring] = []
        for word in text.split(separator: " ") {
            words.append(word)
            guard word.hasSuffix(".") || word.hasSuffix(";") || word.hasSuffix(".)") else { continue }
            sentences.append(words.joined(separator: " "))
            words = []
        }
        return words.isEmpty ? sentences : sentences + [words.joined(separator: " ")]
    }
}
