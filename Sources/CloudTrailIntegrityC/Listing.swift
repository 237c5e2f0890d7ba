public import CCloudTrailIntegrity
internal import CloudTrailFormat
internal import CloudTrailIntegrity
internal import CloudTrailRules

/// Where a listing of the caller's goes.
final class Listing {
    private let visit: (ArchiveEntry) throws -> Void
    /// Why the first entry that was not taken was not.
    private(set) var error: (any Error)?

    init(_ visit: @escaping (ArchiveEntry) throws -> Void) {
        self.visit = visit
    }

    /// Takes an entry. One that is not taken makes the listing fail, whatever the caller makes of it: a file that is left
    /// out would be called missing.
    func add(_ entry: () throws -> ArchiveEntry) throws {
        if let error { throw error }
        do {
            try visit(entry())
        } catch {
            self.error = error
            throw error
        }
    }
}

/// Adds what a listing came upon.
@c @implementation
public func cti_listing_add(
    _ listing: OpaquePointer?,
    _ path: UnsafePointer<CChar>?,
    _ length: Int,
    _ kind: CInt,
    _ reason: CInt
) -> cti_status {
    attempt(nil) {
        try unsafe Handle.object(listing, as: Listing.self, "listing").add {
            let path = ObjectKey(bytes: try unsafe Arguments.bytes(path, length, "path"))
            return ArchiveEntry(path: path, kind: try ArchiveEntry.Kind(kind, reason))
        }
    }
}

extension ArchiveEntry.Kind {
    /// What a `cti_entry_kind` says.
    fileprivate init(_ kind: CInt, _ reason: CInt) throws(Failure) {
        switch kind {
        case CInt(CTI_ENTRY_FILE.rawValue): self = .file
        case CInt(CTI_ENTRY_LINK.rawValue): self = .link
        case CInt(CTI_ENTRY_SPECIAL.rawValue): self = .special
        case CInt(CTI_ENTRY_UNREADABLE_FOLDER.rawValue):
            self = .unreadableFolder(
                ObjectReadError(status: reason) ?? ObjectReadError(.inputOutput, "the storage does not say why")
            )
        default: throw .argument("\(kind) is not a kind of entry")
        }
    }
}
