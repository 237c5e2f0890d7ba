import NativeInterop
import Testing
@Test func smoke() throws {
  let k = try RSASigningKey(seed: [1,2,3])
  let pub = try RSAPublicKey(der: k.publicKeyDER)
  #expect(pub.bits == 2048)
  let d = try SHA256Digest.of([1,2,3])
  #expect(try pub.verifies(signature: k.signature(of: [1,2,3]), of: d))
  #expect(try !pub.verifies(signature: k.signature(of: [1,2,3], hash: .sha1), of: d))
  var z = try GzipDeflater()
  let h = try ContentHasher()
  let r = try h.hash(z.compress([1,2,3]), limits: .init(contentBytes: 100, ratio: 10, ratioFloorBytes: 10))
  #expect(r.digest == d && r.condition == .complete)
}
