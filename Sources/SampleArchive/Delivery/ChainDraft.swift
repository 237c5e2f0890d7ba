internal import CloudTrailIntegrity

/// What AWS is going to deliver of one chain.
struct ChainDraft {
    let chain: SampleChain
    var hours: [HourDraft]

    init(chain: SampleChain, options: SampleOptions) {
        self.chain = chain
        hours = (0..<options.hours).map { hour in
            HourDraft(
                hour: hour,
                start: options.start.advanced(bySeconds: Int64(hour) * 3600),
                end: options.start.advanced(bySeconds: Int64(hour + 1) * 3600),
                logCount: options.logCount(ofHour: hour),
                key: hour < options.hours / 2 ? .first : .second,
                startsChain: hour == 0
            )
        }
    }

    /// Changes the draft of the hour with this number.
    mutating func change(hour: Int, _ body: (inout HourDraft) -> Void) {
        for index in hours.indices where hours[index].hour == hour { body(&hours[index]) }
    }
}
