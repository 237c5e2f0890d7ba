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

    /// The lines, without spaces at their ends.
    package var lines: [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
