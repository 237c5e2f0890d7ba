import NativeInterop
import Testing

@Suite struct NativeErrorTests {
    @Test func comparesByWhatItSays() {
        let error = NativeError(function: "inflate", reason: "zlib code -4")
        #expect(error == NativeError(function: "inflate", reason: "zlib code -4"))
        #expect(error != NativeError(function: "deflate", reason: "zlib code -4"))
        #expect(error != NativeError(function: "inflate", reason: "zlib code -2"))
        #expect(Set([error, error]).count == 1)
        #expect(error.description == "inflate failed: zlib code -4")
    }
}
