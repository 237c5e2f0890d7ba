internal import CCloudTrailIntegrity

/// A function of the caller's that takes text, and what is given to it.
///
/// `@unchecked Sendable`: the header says that other threads than the caller's may call it, one at a time.
@safe struct TextSink: @unchecked Sendable {
    private let function: cti_text_callback
    private let context: UnsafeMutableRawPointer?

    init?(_ function: cti_text_callback?, _ context: UnsafeMutableRawPointer?) {
        guard let function = unsafe function else { return nil }
        unsafe self.function = function
        unsafe self.context = context
    }

    /// Hands over text; `false` when no more is wanted.
    func take(_ text: String) -> Bool {
        unsafe text.withCString { unsafe function(context, $0, text.utf8.count) } == 0
    }
}
