/// How the digest files of an archive are built, and nothing that tells whose it is: names and words that belong to
/// CloudTrail's format or to this tool, and numbers.
package struct ArchiveDiagnosis: Hashable, Sendable {
    /// Something that was seen, and how often.
    package struct Count<Seen: Hashable & Sendable>: Hashable, Sendable {
        package let seen: Seen
        package let count: Int
    }

    /// What is counted: each thing by itself, up to a number of different ones.
    package struct Counts<Seen: Hashable & Sendable>: Hashable, Sendable {
        package let counts: [Count<Seen>]
        /// How often something was seen that is not among ``counts``, because too many different things were.
        package let others: Int
    }

    /// A field, and the shapes of its values.
    package struct Field: Hashable, Sendable {
        package let name: String
        package let shapes: Counts<String>
    }

    /// The fields of an object.
    package struct Object: Hashable, Sendable {
        /// The names of the fields in their order, separated by commas.
        package let orders: Counts<String>
        package let fields: [Field]
    }

    /// A statement on two values, and for how many pairs it holds.
    package struct Agreement: Hashable, Sendable {
        package let statement: String
        package let holds: Int
        package let fails: Int
    }

    /// The digest files that are regular, or those that are backfill.
    package struct Digests: Hashable, Sendable {
        /// How many were read.
        package let read: Int
        /// How many of these are not a JSON object.
        package let notJSON: Int
        /// How many of these are not a digest file whose signature could be tried, those that are not JSON included.
        package let malformed: Int
        /// How many entries their lists have.
        package let listings: Int
        /// How many of these were looked at.
        package let listingsSeen: Int
        package let object: Object
        package let entry: Object
        package let spaces: Counts<String>
        package let escapes: Counts<String>
        package let containers: Counts<String>
        /// The shapes of the keys of digest files, of their predecessors, and of listed files, and not of fields.
        package let keys: [Field]
        package let categories: Counts<String>
        package let links: Counts<String>
        /// The candidates, by source and by what came of trying them.
        package let signatures: Counts<String>
        /// What is known of a signature beside its value.
        package let signatureForms: Counts<String>
        /// The sizes of the keys that are named, in bits.
        package let keyBits: Counts<Int64>
        /// How many digest files name a key that is not at hand.
        package let keysUnknown: Int
        package let agreements: [Agreement]
        /// The lengths of the windows, in seconds.
        package let windows: Counts<Int64>
        /// From the end of the predecessor's window to the start, in seconds; 0 where they touch.
        package let distances: Counts<Int64>
        /// From the time in a listed file's name to the end of the window, in minutes.
        package let listingDelays: Counts<Int64>
        /// From the end of the window to the generation time in the metadata, in minutes.
        package let generationDelays: Counts<Int64>
        /// From the end of the window to the modification time of the file, in minutes.
        package let modificationDelays: Counts<Int64>
    }

    /// The longest delay that is written, in minutes; one more stands for all that are longer, and likewise below zero.
    package static let mostMinutes: Int64 = 1440

    /// The number of digest files in the archive, copies included.
    package let held: Int
    /// The number of those that were to be read.
    package let chosen: Int
    /// The number of those that could not be read.
    package let unreadable: Int
    package let regularChains: Int
    package let backfillChains: Int
    package let regular: Digests
    package let backfill: Digests
}
