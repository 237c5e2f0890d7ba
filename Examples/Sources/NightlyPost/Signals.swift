import Foundation
import Synchronization

/// SIGINT and SIGTERM stop what the process does, as long as this lives.
final class Signals {
    private final class Received: Sendable {
        let number = Atomic<CInt>(0)
    }

    private let received: Received
    private let sources: [any DispatchSourceSignal]

    /// What the process ends with once a signal came, as a shell has it.
    var status: CInt? {
        let number = received.number.load(ordering: .relaxed)
        return number == 0 ? nil : 128 + number
    }

    /// Has a signal cancel `work`, and end the process if that is not enough: storage that hangs does not emit of it.
    init(cancelling work: Task<CInt, any Error>) {
        let received = Received()
        self.received = received
        sources = [SIGINT, SIGTERM].map { number in
            #if canImport(Darwin)
            // Or it would end the process before Dispatch gets it.
            signal(number, SIG_IGN)
            #endif
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                received.number.store(number, ordering: .relaxed)
                work.cancel()
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(700)) { _exit(128 + number) }
            }
            source.resume()
            return source
        }
    }
}
