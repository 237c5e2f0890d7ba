/// What is reported on, of all that an archive holds of one sort.
///
/// An array literal selects what it lists: `options.regions = ["eu-west-1"]`. A list that came out empty is not all of
/// them: ``ValidationOptions/check()`` refuses it.
@nonexhaustive public enum Selection<Element: Hashable & Sendable>: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// Whatever there is.
    case all
    /// These alone; at least one.
    case only([Element])

    /// These alone.
    public init(arrayLiteral elements: Element...) {
        self = .only(elements)
    }

    /// What is listed; nothing where all are selected.
    package var listed: [Element] {
        switch self {
        case .all: []
        case .only(let elements): elements
        }
    }

    /// Whether nothing is left out.
    package var isAll: Bool { self == .all }

    package func contains(_ element: Element) -> Bool { contains(where: { $0 == element }) }

    /// Whether all are selected, or one is listed of which this holds.
    package func contains(where holds: (Element) -> Bool) -> Bool {
        switch self {
        case .all: true
        case .only(let elements): elements.contains(where: holds)
        }
    }

    /// Selects one more, and only what was added so.
    package mutating func add(_ element: Element) {
        self = .only(listed + [element])
    }
}
