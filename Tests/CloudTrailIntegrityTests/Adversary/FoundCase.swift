import Foundation
import Testing

@testable import Adversary

/// A case that the search found once, small: what a world delivered less what has nothing to do with it, what is done to
/// that, and how it is asked about.
struct FoundCase {
    private let world: AdversaryWorld
    private var edits: [AdversaryEdit] = []
    var question = AdversaryQuestion()

    /// - Parameter kept: The keys of the world's files that are held at first.
    init(world seed: UInt64, _ kept: [String]) throws {
        let world = try AdversaryWorld.world(seed: seed)
        self.world = world
        // Worlds that are made otherwise must be looked for anew.
        #expect(kept.allSatisfy { world.files[$0] != nil }, "world \(seed) has other files now")
        let left = Set(world.files.keys).subtracting(kept).sorted()
        edit(left.map { .remove(AdversaryPlace(root: 0, path: $0)) })
    }

    mutating func edit(isArrangement: Bool = false, _ steps: [AdversaryEdit.Step]) {
        edits.append(AdversaryEdit(label: "found", steps: steps, isArrangement: isArrangement))
    }

    static func bytes(_ base64: String) -> [UInt8] { Data(base64Encoded: base64).map { Array($0) } ?? [] }

    /// No law is broken, and the model agrees.
    func check() throws {
        let judge = try AdversaryJudge(AdversaryCase(world, edits, question))
        #expect(try judge.brokenLaws() + judge.differences() == [])
    }
}
