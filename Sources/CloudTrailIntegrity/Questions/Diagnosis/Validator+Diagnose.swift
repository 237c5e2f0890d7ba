internal import CloudTrailFormat

extension Validator {
    /// Reads digest files of the archive in `sources` once more, and tells how they are built and nothing of whose they
    /// are. No verdict depends on it, and no log file is read.
    ///
    /// - Parameter sources: The parts of one archive; each can be gone through as often as one likes.
    /// - Throws: `CancellationError` when the monitor stopped it; an error when a source cannot be listed, or when libcrypto
    ///   or zlib fail. What cannot be read of it is counted.
    package func diagnose(
        _ sources: [any ArchiveSource],
        monitor: ValidationMonitor = ValidationMonitor()
    ) throws -> ArchiveDiagnosis {
        let index = try ArchiveIndex(sources, check: monitor.check)
        let numbers = DigestSample.numbers(of: index)
        let (pool, worker) = try makePool(for: sources.map(\.access))
        defer { pool.stop() }
        var gathering = DiagnosisGathering(keys: keys, limits: options.limits, worker, monitor)
        for (root, source) in sources.enumerated() {
            let paths = numbers.filter { index.digests[$0].root == root }.map { index.path(of: index.digests[$0]) }
            switch source.access {
            case .random(let source):
                for path in paths { try gathering.read(path, sidecarIn: source) { try source.open(path) } }
            case .singlePass(let stream):
                var wanted = Set(paths)
                let digests = Dictionary(paths.map { ($0.sidecar, $0) }) { first, _ in first }
                try stream.forEachObject(check: monitor.check) { entry, object in
                    try monitor.check()
                    guard let object else { return }
                    if wanted.remove(entry.path) != nil {
                        try gathering.read(entry.path) { object }
                    } else if let digest = digests[entry.path] {
                        try gathering.add(sidecar: object, of: digest)
                    }
                }
            }
        }
        return try gathering.finish(index, chosen: numbers.count)
    }
}
