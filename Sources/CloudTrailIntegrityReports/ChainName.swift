internal import CloudTrailFormat
internal import CloudTrailIntegrity

/// What a page calls a chain.
struct ChainName {
    /// The account and the region; for `nil` that there is no chain.
    let place: String
    /// The trail, and what else tells the chain from others.
    let trail: String

    init(_ chain: ChainIdentity?) {
        guard let chain else {
            (place, trail) = ("No chain", "")
            return
        }
        place = "\(chain.account) \(chain.region)"
        trail =
            chain.trail + (chain.homeRegion == chain.region ? "" : ", home \(chain.homeRegion)")
            + (chain.isBackfill ? " (backfill)" : "")
    }

    /// The name in one line.
    var text: String { trail.isEmpty ? place : "\(place) \(trail)" }

    /// The name as HTML, in two lines.
    var html: String {
        let place = "<span class=\"place\">\(xmlText(place))</span>"
        return trail.isEmpty ? place : "\(place) <span class=\"trail\">\(xmlText(trail))</span>"
    }
}
