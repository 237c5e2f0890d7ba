import CloudTrailIntegrity

/// An archive that changes from night to night, validated each night with what the nights before it proved.
struct AdversaryNights {
    struct Night {
        /// Whether all that was done before is put back first.
        var isUndone = false
        var edits: [AdversaryEdit] = []
        var question: AdversaryQuestion
        var recheck = EarlierRuns.Recheck.nothing
    }

    let seed: UInt64
    let world: AdversaryWorld
    var nights: [Night] = []

    init(seed: UInt64) throws {
        self.seed = seed
        world = try AdversaryWorld.world(seed: seed / 6)
        var random = AdversaryRandom(seed: seed &+ 5_500_000)
        /// A memory needs all that is there: only a start leaves something out.
        func question(_ random: inout AdversaryRandom) -> AdversaryQuestion {
            var question = AdversaryQuestion(world, &random)
            (question.end, question.accounts, question.regions, question.trails) = (nil, [], [], [])
            return question
        }
        var usual = AdversaryQuestion()
        if random.once(in: 3) { usual = question(&random) }
        usual.usesManifest = !random.once(in: 4)
        var state = AdversaryState(world)
        for number in 0..<random.number(2...4) {
            var night = Night(question: usual)
            if random.once(in: 5) { night.question = question(&random) }
            if random.once(in: 4) { night.recheck = random.of(.everything, .oneIn(2)) }
            if number == 0 {
                if random.once(in: 3), let edit = notYetDelivered(&random) { night.edits = [edit] }
            } else {
                night.isUndone = random.once(in: 3)
            }
            if night.isUndone { state.undo(world) }
            if random.once(in: number == 0 ? 4 : 2) {
                var maker = AdversaryEditMaker(world: world, state: state, random: random)
                var edits = try maker.make(random.number(1...2))
                random = maker.random
                let restoresTimes = random.once(in: 4)
                for index in edits.indices { edits[index].restoresTimes = restoresTimes }
                night.edits += edits
            }
            for edit in night.edits { state.apply(edit) }
            nights.append(night)
        }
        // What was lost stays lost, however many nights go by.
        if random.once(in: 3) { nights += Array(repeating: Night(question: usual), count: 2) }
    }

    /// A test's own nights.
    init(_ world: AdversaryWorld, _ nights: [Night]) {
        seed = 1
        self.world = world
        self.nights = nights
    }

    /// What comes after some moment is delivered another night.
    private func notYetDelivered(_ random: inout AdversaryRandom) -> AdversaryEdit? {
        guard let end = random.pick(world.digests.map(\.end)) else { return nil }
        let late = world.files.keys.sorted().filter { key in
            let name = lastComponent(key)
            return AdversaryDigestName(name).map { $0.end > end } ?? AdversaryLogName(name).map { $0.time > end }
                ?? false
        }
        let steps = late.map { AdversaryEdit.Step.remove(AdversaryPlace(root: 0, path: $0)) }
        return AdversaryEdit(label: "not yet delivered", steps: steps)
    }

    /// What must hold whatever happened on the nights before.
    func brokenLaws() throws -> [String] {
        var states: [AdversaryState] = []
        var state = AdversaryState(world)
        for night in nights {
            if night.isUndone { state.undo(world) }
            for edit in night.edits { state.apply(edit) }
            states.append(state)
        }
        var watch = AdversaryWatch(world, states)
        for (number, night) in nights.enumerated() { try watch.look(at: night, number) }
        return watch.broken
    }

    /// Drops nights, edits, steps and options, as long as the law stays broken.
    mutating func shrink(to topic: String) throws {
        func accept(_ candidate: AdversaryNights) throws -> Bool {
            AdversaryJudge.topics(try candidate.brokenLaws()).contains(topic)
        }
        for number in nights.indices.reversed() where nights.count > 1 {
            var smaller = self
            smaller.nights.remove(at: number)
            if try accept(smaller) { self = smaller }
        }
        for number in nights.indices {
            for index in nights[number].edits.indices.reversed() {
                var smaller = self
                smaller.nights[number].edits.remove(at: index)
                if try accept(smaller) { self = smaller }
            }
            var plainer = self
            plainer.nights[number].recheck = .nothing
            if try accept(plainer) { self = plainer }
            var whole = AdversaryQuestion()
            whole.order = nights[number].question.order
            plainer = self
            plainer.nights[number].question = whole
            if try accept(plainer) { self = plainer }
        }
        for line in world.lines {
            let own = world.digests.filter { $0.chain == line.chain }
            let keys = own.map(\.key) + own.flatMap { $0.logs.map(\.key) }
            var smaller = self
            let steps = keys.map { AdversaryEdit.Step.remove(AdversaryPlace(root: 0, path: $0)) }
            for number in nights.indices where number == 0 || nights[number].isUndone {
                smaller.nights[number].edits.insert(AdversaryEdit(label: AdversaryCase.leftOut, steps: steps), at: 0)
            }
            if try accept(smaller) { self = smaller }
        }
    }
}

extension AdversaryNights: CustomStringConvertible {
    var description: String {
        var lines = ["seed \(seed), world \(world.seed)"]
        for (number, night) in nights.enumerated() {
            lines.append(
                "night \(number)\(night.isUndone ? ", all put back" : ""), \(night.recheck): \(night.question)"
            )
            lines += night.edits.flatMap(\.lines)
        }
        return lines.joined(separator: "\n")
    }
}
