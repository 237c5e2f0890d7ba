/// A piece of JSON with places to fill in, written as a string literal that interpolates the places.
struct RecordTemplate: ExpressibleByStringInterpolation {
    /// What is filled in.
    enum Place {
        case account
        case region
        case eventTime
        case sessionTime
        case role
        case roleID
        case session
        case user
        case userID
        case service
        /// `count` random hex digits.
        case hex(Int)
        /// `count` random decimal digits.
        case digits(Int)
        /// `count` random capital letters and digits, as in access key identifiers.
        case capitals(Int)
        /// A random UUID of version 4.
        case uuid
        /// An address of 10.0.0.0/8.
        case privateAddress
        /// An address of 203.0.113.0/24, which is reserved for examples (RFC 5737).
        case publicAddress
    }

    enum Segment {
        case text([UInt8])
        case place(Place)
    }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var segments: [Segment] = []

        init(literalCapacity: Int, interpolationCount: Int) {
            segments.reserveCapacity(2 * interpolationCount + 1)
        }

        mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { segments.append(.text(Array(literal.utf8))) }
        }

        mutating func appendInterpolation(_ place: Place) {
            segments.append(.place(place))
        }
    }

    let segments: [Segment]

    init(stringLiteral value: String) {
        segments = [.text(Array(value.utf8))]
    }

    init(stringInterpolation: StringInterpolation) {
        segments = stringInterpolation.segments
    }
}
