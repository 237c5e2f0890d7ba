internal import CloudTrailFormat
internal import CloudTrailRules

/// What is named in places of which the archive holds nothing, or not where it would be found: one finding says it of all
/// that is named in one place.
struct PlacesAside: Sendable {
    /// The time of what is named in a place, and how much is.
    struct Named: Sendable {
        var span: TimeRange
        var count = 1
        /// Of several the first, whatever the order of the listing.
        var bucket: String

        mutating func add(_ other: Named) {
            span = TimeRange(start: min(span.start, other.span.start), end: max(span.end, other.span.end))
            count += other.count
            bucket = min(bucket, other.bucket)
        }
    }

    /// Buckets and prefixes of which the archive holds nothing.
    private(set) var notHeld: [DeliveryLocation: Named] = [:]
    /// The parts of the archive that lie elsewhere, and how many of their digest files are reported on.
    private(set) var digestsElsewhere: [FolderElsewhere: Int] = [:]
    /// What log files lie in such parts.
    private(set) var logsElsewhere: [FolderElsewhere: Named] = [:]

    /// Adds an object of a place of which nothing is held.
    mutating func add(notHeld location: ObjectLocation, _ window: TimeRange, _ placement: ArchivePlacement) {
        // What lies beside the folder that was downloaded is named by its own; else all of the prefix is not held.
        let place =
            placement.canHold(location)
            ? DeliveryLocation(location, placement.prefixes) : DeliveryLocation(folderOf: location)
        notHeld.add(Named(span: window, bucket: place.bucket), at: place)
    }

    /// Adds a digest file of a part that lies elsewhere.
    mutating func add(digestIn part: PartElsewhere) {
        digestsElsewhere[FolderElsewhere(part), default: 0] += 1
    }

    /// Adds a log file of a part that lies elsewhere.
    mutating func add(logIn part: PartElsewhere, bucket: String, _ window: TimeRange) {
        logsElsewhere.add(Named(span: window, bucket: bucket), at: FolderElsewhere(part))
    }

    mutating func add(_ other: PlacesAside) {
        for (place, named) in other.notHeld { notHeld.add(named, at: place) }
        digestsElsewhere.merge(other.digestsElsewhere, uniquingKeysWith: +)
        for (folder, named) in other.logsElsewhere { logsElsewhere.add(named, at: folder) }
    }
}

extension Dictionary where Value == PlacesAside.Named {
    fileprivate mutating func add(_ named: Value, at place: Key) {
        if self[place]?.add(named) == nil { self[place] = named }
    }
}

extension PlacesAside: PartialValue {
    func write(to writer: inout StateWriter) {
        writer.add(map: notHeld)
        writer.add(map: digestsElsewhere)
        writer.add(map: logsElsewhere)
    }

    init(from reader: inout StateReader) throws(StateError) {
        notHeld = try reader.map()
        digestsElsewhere = try reader.map()
        logsElsewhere = try reader.map()
    }
}
