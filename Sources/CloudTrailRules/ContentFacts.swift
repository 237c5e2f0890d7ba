package import CloudTrailFormat

/// What hashing a file showed.
package struct ContentFacts: Hashable, Sendable {
    /// How the bytes were stored (I7).
    package enum Form: Hashable, Sendable {
        case gzip
        /// Not gzip: the content as a download decompressed it.
        case plain
    }

    /// The state of the gzip container.
    package enum Container: Hashable, Sendable {
        /// One whole member and nothing else, or content that is not gzip.
        case whole
        /// The member ends and bytes follow it.
        case trailingData
        /// The member does not end, or is broken.
        case broken(Damage)
        /// The content hits a limit, so that nothing is known of the rest.
        case overLimit(Limit)
    }

    /// What is wrong with a gzip member.
    package enum Damage: Hashable, Sendable {
        case truncated
        case stream
        case checksum
        case length
    }

    /// A limit on content (I8).
    package enum Limit: String, Hashable, Sendable {
        case size
        case ratio
    }

    /// What the stored bytes begin with.
    package enum Opening: Hashable, Sendable {
        /// There are none.
        case nothing
        /// What a page of XML or HTML begins with.
        case markup
        case other
    }

    /// The SHA-256 of the content, as far as it could be read.
    package let hash: SHA256Digest
    package let form: Form
    package let container: Container
    package let opening: Opening

    package init(hash: SHA256Digest, form: Form, container: Container, opening: Opening = .other) {
        self.hash = hash
        self.form = form
        self.container = container
        self.opening = opening
    }
}

/// What is broken about a digest file.
package enum Malformation: Hashable, Sendable {
    /// How its container ends.
    case container(ContentFacts.Container)
    /// What of its content, in words.
    case content(String)
}
