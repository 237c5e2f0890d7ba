/// Why a text is not a moment that can be asked for.
public struct TimestampError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text.
    public let text: String

    init(_ text: String) {
        self.text = text
    }

    /// What is wrong, in one line that is safe to show.
    public var description: String { escaped("'\(text)' is not \(Self.form)") }

    /// What should have been given.
    package static let form =
        "an ISO 8601 time in whole seconds with Z or an offset, such as 2026-03-01T00:00:00Z, or a date, such as 2026-03-01"
}
