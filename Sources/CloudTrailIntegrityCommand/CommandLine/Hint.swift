/// What an error about an unknown name adds: the name that was likely meant, if there is one.
func hint(for text: String, among names: [String]) -> String {
    let meant = synonyms[text].flatMap { names.contains($0) ? $0 : nil } ?? closest(to: text, among: names)
    return meant.map { ". Did you mean '\($0)'?" } ?? ""
}

/// What other tools call it.
private let synonyms = [
    "verify": "validate", "validate-logs": "validate", "prove": "validate", "test": "validate",
    "list": "chains", "ls": "chains", "show": "inspect", "fetch": "plan", "download": "plan", "demo": "sample",
    "--key": "--public-keys", "--keys": "--public-keys", "--public-key": "--public-keys", "--manifests": "--signatures",
    "--from": "--start-time", "--since": "--start-time", "--start": "--start-time", "--to": "--end-time",
    "--until": "--end-time", "--end": "--end-time", "--account": "--account-id", "--regions": "--region",
    "--trail-arn": "--trail", "--s3-bucket": "--bucket", "--threads": "--jobs", "--output": "--report",
]

/// The name that `text` is most likely a slip of: at most a third of its letters differ.
private func closest(to text: String, among names: [String]) -> String? {
    let distances = names.map { (name: $0, distance: editDistance(text, $0)) }
    guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, best.name.count / 3) ? best.name : nil
}

/// The number of letters to insert, delete, replace or swap with their neighbour.
private func editDistance(_ first: String, _ second: String) -> Int {
    let first = Array(first.prefix(64))
    let second = Array(second.prefix(64))
    var rows = [Array(0...second.count)]
    for (i, left) in first.enumerated() {
        var row = [i + 1]
        for (j, right) in second.enumerated() {
            var cost = min(rows[i][j] + (left == right ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, left == second[j - 1], right == first[i - 1] { cost = min(cost, rows[i - 1][j - 1] + 1) }
            row.append(cost)
        }
        rows.append(row)
    }
    return rows[first.count][second.count]
}
