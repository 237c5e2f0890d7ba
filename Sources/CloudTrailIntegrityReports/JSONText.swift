package import CloudTrailFormat
package import CloudTrailIntegrity

/// Writes one JSON object (RFC 8259) on one line, members in the order they are added.
///
/// What could steer a terminal is written as an escape, so that a line is safe to show as it is.
package struct JSONObjectText {
    private(set) var text = "{"

    package init() {}

    /// The finished object.
    package var closed: String { text + "}" }

    package mutating func add(_ name: String, _ value: String?) {
        begin(name)
        text += value.map(Self.quoted) ?? "null"
    }

    package mutating func add(_ name: String, _ value: Int64?) {
        begin(name)
        text += value.map(String.init) ?? "null"
    }

    package mutating func add(_ name: String, _ value: Bool?) {
        begin(name)
        text += value.map { $0 ? "true" : "false" } ?? "null"
    }

    package mutating func add(_ name: String, _ values: [String]) {
        begin(name)
        text += "[" + values.map(Self.quoted).joined(separator: ",") + "]"
    }

    package mutating func add(_ name: String, numbers: [Int64]) {
        begin(name)
        text += "[" + numbers.map(String.init).joined(separator: ",") + "]"
    }

    package mutating func add(_ name: String, object: JSONObjectText?) {
        begin(name)
        text += object?.closed ?? "null"
    }

    package mutating func add(_ name: String, objects: [JSONObjectText]) {
        begin(name)
        text += "[" + objects.map(\.closed).joined(separator: ",") + "]"
    }

    /// A number with three decimals.
    package mutating func add(_ name: String, milliseconds: Int64) {
        begin(name)
        let fraction = String(milliseconds % 1000)
        text += "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction)"
    }

    private mutating func begin(_ name: String) {
        if text.utf8.count > 1 { text += "," }
        text += Self.quoted(name) + ":"
    }

    /// A JSON string.
    package static func quoted(_ value: String) -> String {
        var result = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.needsEscape:
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension JSONObjectText {
    /// A chain, as every line that speaks of one has it.
    package init(_ chain: ChainIdentity) {
        add("account", chain.account)
        add("region", chain.region)
        add("trail", chain.trail)
        add("homeRegion", chain.homeRegion)
        add("backfill", chain.isBackfill)
    }

    /// A key file, as every summary has it.
    package init(_ source: PublicKeySet.Source) {
        add("file", source.name)
        add("sha256", source.sha256)
    }
}
