/// The digest files of one account, region and trail: what is linked from one hour to the next.
package struct SampleChain: Hashable, Sendable {
    package let account: String
    package let region: String
    package let trail: String
    package let homeRegion: String
}
