internal import NativeInterop

/// What one thread of a validation reuses from file to file.
final class ValidationTools {
    let hasher: ContentHasher
    let trial: SignatureTrial
    var packer: LogListPacker

    init(trial: @autoclosure () -> SignatureTrial, folders: ListedFolders) throws {
        hasher = try ContentHasher()
        self.trial = trial()
        packer = LogListPacker(folders)
    }
}

typealias ValidationPool = WorkerPool<ValidationTools>
typealias ValidationWorker = Worker<ValidationTools>

extension ValidationWorker {
    /// Opens an object and hashes its content; what follows the content's end is asked of the open object.
    ///
    /// - Parameter collecting: Whether the content is wanted as well.
    /// - Throws: ``ObjectReadError``, ``ValidationCancelled``, and errors of the libraries.
    func hash(
        _ path: ObjectKey,
        in source: any ObjectSource,
        limits: ContentHasher.Limits,
        collecting: Bool,
        monitor: ValidationMonitor
    ) throws -> (result: ContentHasher.Result, content: [UInt8], object: any OpenObject) {
        try monitor.check()
        let object = try pool.read(isTimed: false) { try source.open(path) }
        func read(_ buffer: inout MutableRawSpan) throws -> Int {
            try monitor.check()
            return try pool.read(isTimed: true) { try object.read(into: &buffer) }
        }
        do {
            if collecting {
                let (result, content) = try context.hasher.hashAndCollect(limits: limits) { try read(&$0) }
                return (result, content, object)
            }
            return (try context.hasher.hash(limits: limits) { try read(&$0) }, [], object)
        } catch is ContentHasher.InvalidReadCount {
            throw ObjectReadError.invalidReadCount
        }
    }
}

extension ContentHasher.Result {
    /// Whether the content was read to its end, so that the hash is that of all of it.
    var isWhole: Bool {
        switch condition {
        case .complete, .trailingData, .corrupt(.checksum), .corrupt(.length): true
        case .truncated, .corrupt(.stream), .overContentLimit, .overRatioLimit: false
        }
    }
}

extension ContentHasher.Condition {
    /// What is wrong with the container.
    var sentence: String {
        switch self {
        case .complete: "nothing is wrong"
        case .truncated: "the gzip stream is cut off"
        case .corrupt(.stream): "the gzip stream is corrupt"
        case .corrupt(.checksum): "the checksum in the gzip trailer is not the content's"
        case .corrupt(.length): "the length in the gzip trailer is not the content's"
        case .trailingData: "bytes follow the gzip stream, which readers such as zcat would show as content"
        case .overContentLimit: "its content is larger than the limit"
        case .overRatioLimit: "its content is larger, for its compressed size, than the limit"
        }
    }
}
