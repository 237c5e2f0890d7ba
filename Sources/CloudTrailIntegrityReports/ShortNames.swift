/// Names that are shortened in the middle to fit a width, so that no two that differ look the same.
struct ShortNames {
    private let width: Int?
    /// The names that look alike when they are shortened, by what they look like then.
    private var names: [String: String?] = [:]

    /// - Parameter width: The columns there are; `nil` shortens nothing.
    init(width: Int?) {
        self.width = width.map { max($0, 16) }
    }

    /// Makes a name known. All that are shown together are, before the first of them is shown.
    mutating func add(_ name: String) {
        guard let width else { return }
        let short = Self.shorten(name, to: width)
        guard let known = names[short] else {
            names[short] = .some(name)
            return
        }
        if known != name { names[short] = .some(nil) }
    }

    /// The name as it is shown; whole where that is too long a line, but would else look like another.
    func shown(_ name: String) -> String {
        guard let width else { return name }
        let short = Self.shorten(name, to: width)
        guard let known = names[short], known == name else { return name }
        return short
    }

    /// The end tells more: a file's name stands there.
    private static func shorten(_ name: String, to width: Int) -> String {
        guard name.count > width else { return name }
        let end = (width - 1) * 2 / 3
        return "\(name.prefix(width - 1 - end))…\(name.suffix(end))"
    }
}
