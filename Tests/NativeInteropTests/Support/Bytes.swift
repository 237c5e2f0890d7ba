import Testing

/// Bytes that a failing test does not print in full, or compare one by one to find the difference: with hundreds of
/// thousands of them that takes longer than all tests together.
struct Bytes: Equatable, Sendable, CustomTestStringConvertible {
    let array: [UInt8]

    init(_ array: [UInt8]) {
        self.array = array
    }

    var testDescription: String {
        "\(array.count) bytes: \(Array(array.prefix(24)).hexadecimal)\(array.count > 24 ? "…" : "")"
    }
}
