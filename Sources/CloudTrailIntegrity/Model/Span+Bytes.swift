extension Span<UInt8> {
    /// Whether the two hold the same bytes.
    func isSame(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    /// Whether these are the bytes of `text`: no two texts are the same here that Unicode calls equivalent.
    func isSame(as text: String) -> Bool {
        isSame(as: text.utf8.span)
    }
}
