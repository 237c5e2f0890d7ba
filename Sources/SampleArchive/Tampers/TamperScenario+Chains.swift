internal import CloudTrailIntegrity

/// What makes a chain of genuine digest files attest less than it seems to.
extension TamperScenario {
    private static let pauseHours = 3

    static let chainGap = TamperScenario(
        summary: "The trail was stopped for three hours: AWS delivered nothing and then started a new chain",
        need: .middle(pauseHours + 1),
        arrange: { draft, place in
            let restart = place.hour + pauseHours
            draft.hours.removeAll { (place.hour..<restart).contains($0.hour) }
            draft.change(hour: restart) { $0.startsChain = true }
        },
        apply: { chain, place, _ in TamperEffect(chain[place.hour + pauseHours].digest.key, "chain-gap") }
    )

    static let chainRestart = TamperScenario(
        summary: "AWS started a new chain at the end of the one before: harmless, no time lies between",
        need: .digest,
        arrange: { draft, place in draft.change(hour: place.hour) { $0.startsChain = true } },
        apply: { chain, place, _ in TamperEffect(chain[place.hour].digest.key, "chain-restart") }
    )

    static let chainWindowHole = TamperScenario(
        summary: "A linked digest file starts ten minutes after the end of the one before",
        need: .digest,
        arrange: { draft, place in
            draft.change(hour: place.hour) { hour in
                let start = hour.start.advanced(bySeconds: 600).iso8601
                hour.edit = { $0.startTime = start }
            }
        },
        apply: { chain, place, _ in TamperEffect(chain[place.hour].digest.key, "chain-gap") }
    )
}
