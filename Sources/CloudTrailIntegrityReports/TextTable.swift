internal import CloudTrailFormat
internal import CloudTrailIntegrity

/// A table for a person: columns as wide as what stands in them, and every cell escaped.
package struct TextTable {
    private var rows: [[String]]

    package init(_ headings: String...) {
        rows = [headings]
    }

    package mutating func add(_ cells: String...) {
        rows.append(cells.map { escaped($0) })
    }

    /// The lines, without spaces at their ends: a row each, or where rows do not fit a few lines each, so that nothing
    /// is cut.
    package func lines(_ style: TextStyle = TextStyle()) -> [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in Self.line(zip(row, widths).map { pad($0, $1) }, separator: "  ") }
        guard let width = style.width, lines.contains(where: { $0.count > width }) else { return lines }
        let headings = rows[0].map { $0.lowercased() }
        let headingWidth = headings.dropFirst().map(\.count).max() ?? 0
        return rows.dropFirst().flatMap { row in
            [row[0]]
                + zip(headings, row).dropFirst().flatMap { heading, cell in
                    let line = Self.line(["  " + pad(heading, headingWidth), cell], separator: " ")
                    return line.count <= width ? [line] : ["  " + heading, "    " + cell]
                }
        }
    }

    private static func line(_ cells: [String], separator: String) -> String {
        var line = Substring(cells.joined(separator: separator))
        while line.last == " " { line.removeLast() }
        return String(line)
    }
}
