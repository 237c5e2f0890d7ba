/// An array that grows without moving what it holds, and without memory for more than a chunk beyond it.
package struct ChunkedArray<Element: Sendable>: RandomAccessCollection, MutableCollection, Sendable {
    private var chunks: [[Element]] = []
    package private(set) var endIndex = 0

    /// A power of two, so that shifts find an element.
    private static var chunkBits: Int { 10 }
    private static var chunkCount: Int { 1 << chunkBits }

    package init() {}

    package var startIndex: Int { 0 }

    package subscript(position: Int) -> Element {
        _read { yield chunks[position >> Self.chunkBits][position & (Self.chunkCount - 1)] }
        _modify { yield &chunks[position >> Self.chunkBits][position & (Self.chunkCount - 1)] }
    }

    package mutating func append(_ element: consuming Element) {
        if endIndex & (Self.chunkCount - 1) == 0 {
            var chunk: [Element] = []
            // Small arrays stay small: the first chunk grows like any array.
            if !chunks.isEmpty { chunk.reserveCapacity(Self.chunkCount) }
            chunks.append(chunk)
        }
        chunks[chunks.count - 1].append(element)
        endIndex += 1
    }

    package mutating func append(contentsOf elements: some Sequence<Element>) {
        for element in elements { append(element) }
    }
}
