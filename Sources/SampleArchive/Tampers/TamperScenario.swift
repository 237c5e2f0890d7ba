/// How a tamper is carried out.
///
/// A scenario that AWS itself brings about changes the draft, before the genuine keys sign it and the chain is linked;
/// one that somebody brings about later changes what was delivered.
struct TamperScenario: Sendable {
    /// One line that says what is done.
    let summary: String
    /// The place it takes.
    let need: TamperNeed
    /// What AWS delivers differently.
    var arrange: @Sendable (inout ChainDraft, TamperPlace) -> Void = { _, _ in }
    /// Whether AWS delivers all chains so, because it is a setting of the trail.
    var isOfTrail = false
    /// A key that keys.json must hold besides the two of every archive.
    var publishes: SampleKeyRing.Role?
    /// What is done to the archive, and what a validation must then find.
    let apply: @Sendable (inout DeliveredChain, TamperPlace, ChainDelivery) throws -> TamperEffect
}
