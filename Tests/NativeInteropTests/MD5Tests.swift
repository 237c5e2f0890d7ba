import NativeInterop
import Testing

@Suite struct MD5Tests {
    @Test(arguments: try HashVector.load("md5.json"))
    func publishedVectors(_ vector: HashVector) throws {
        #expect(try MD5.of(vector.bytes).hexadecimal == vector.digest)
    }
}
