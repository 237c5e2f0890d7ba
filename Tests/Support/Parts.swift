private import Foundation

/// The parts of a long test. With `PARTS=few` in the environment, as in `make check`, only a tenth of them runs.
package enum Parts {
    private static let areFew = ProcessInfo.processInfo.environment["PARTS"] == "few"

    package static func of(_ count: Int) -> Range<Int> {
        0..<(areFew ? (count + 9) / 10 : count)
    }
}
