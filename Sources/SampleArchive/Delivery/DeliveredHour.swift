/// One hour of a chain as AWS delivered it, and what is left of it.
struct DeliveredHour {
    let draft: HourDraft
    var digest: DeliveredDigest
    var logs: [DeliveredLog]
}
