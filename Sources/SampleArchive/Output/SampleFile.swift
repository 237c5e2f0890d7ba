internal import NativeInterop

/// A file of a sample that is being written.
struct SampleFile {
    private let path: ByteString
    private let writer: FileWriter

    init(_ path: ByteString, _ writer: FileWriter) {
        self.path = path
        self.writer = writer
    }

    func write(_ bytes: [UInt8]) throws(SampleArchiveError) {
        do throws(SystemError) {
            try writer.write(bytes)
        } catch {
            throw .inputOutput(path, "write the file", error)
        }
    }

    /// Writes what is still held. The file is complete only when this has not thrown.
    func close() throws(SampleArchiveError) {
        do throws(SystemError) {
            // Who makes tens of thousands of files does not wait for the disk at each. A sample can be made again.
            try writer.finish(synchronized: false)
        } catch {
            throw .inputOutput(path, "write the file", error)
        }
        writer.keep()
    }
}
