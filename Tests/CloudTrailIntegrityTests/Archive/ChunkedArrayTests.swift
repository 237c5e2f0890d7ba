import CloudTrailIntegrity
import Testing

@Suite struct ChunkedArrayTests {
    @Test(arguments: [0, 1, 1023, 1024, 1025, 2048, 5000]) func itIsAnArray(_ count: Int) {
        var array = ChunkedArray<Int>()
        for number in 0..<count / 2 { array.append(number) }
        array.append(contentsOf: count / 2..<count)
        #expect(array.count == count)
        #expect(Array(array) == Array(0..<count))
        let copy = array
        for index in array.indices { array[index] *= 2 }
        #expect(array.elementsEqual((0..<count).map { 2 * $0 }))
        #expect(copy.elementsEqual(0..<count))
    }
}
