internal import CloudTrailFormat

extension StringProtocol {
    /// The text for people to read: everything that could steer a terminal or forge a line is made visible, as
    /// `\\u{1b}`.
    ///
    /// Keys, paths, messages and errors may hold whatever stood in an archive; ``Finding`` and ``ChainIdentity`` describe
    /// themselves like this.
    public var escapedForDisplay: String { escaped(String(self)) }
}
