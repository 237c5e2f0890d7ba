internal import CloudTrailFormat
internal import CloudTrailRules

/// A value of a partial, written and read as a ``StateWriter`` does; nothing that is read is trusted.
protocol PartialValue {
    func write(to writer: inout StateWriter)
    init(from reader: inout StateReader) throws(StateError)
}

extension StateWriter {
    mutating func add(_ flag: Bool) { add(flag ? 1 : 0) }

    mutating func add(string: String) { add(text: string.utf8) }

    mutating func add<Value: PartialValue>(_ value: Value) { value.write(to: &self) }

    mutating func add<Value: PartialValue>(optional value: Value?) {
        add(value != nil)
        value?.write(to: &self)
    }

    mutating func add<Value: PartialValue>(all values: some Collection<Value>) {
        add(values.count)
        for value in values { value.write(to: &self) }
    }

    /// By the order of the keys, so that the same partial is the same bytes.
    mutating func add<Key: PartialValue & Comparable, Value: PartialValue>(map: [Key: Value]) {
        add(map.count)
        for (key, value) in map.sorted(by: { $0.key < $1.key }) {
            key.write(to: &self)
            value.write(to: &self)
        }
    }
}

extension StateReader {
    mutating func value<Value: PartialValue>(_ type: Value.Type = Value.self) throws(StateError) -> Value {
        try Value(from: &self)
    }

    mutating func optional<Value: PartialValue>(_ type: Value.Type = Value.self) throws(StateError) -> Value? {
        try flag() ? try Value(from: &self) : nil
    }

    mutating func all<Value: PartialValue>(_ type: Value.Type = Value.self) throws(StateError) -> [Value] {
        var values: [Value] = []
        for _ in 0..<(try count()) { values.append(try Value(from: &self)) }
        return values
    }

    /// Each key once.
    mutating func map<Key: PartialValue & Hashable, Value: PartialValue>() throws(StateError) -> [Key: Value] {
        var map: [Key: Value] = [:]
        for _ in 0..<(try count()) {
            let key = try Key(from: &self)
            guard map.updateValue(try Value(from: &self), forKey: key) == nil else { throw Self.broken }
        }
        return map
    }
}

extension StateReader {
    /// How many there are of something: no more than that the sum of all partials stays a number.
    mutating func size() throws(StateError) -> Int {
        let number = try number()
        guard number < 1 << 50 else { throw Self.broken }
        sizes += Int(number)
        guard sizes < 1 << 50 else { throw Self.broken }
        return Int(number)
    }
}

// MARK: Simple values

/// A number of things, or of one.
extension Int: PartialValue {
    func write(to writer: inout StateWriter) { writer.add(self) }

    init(from reader: inout StateReader) throws(StateError) { self = try reader.size() }
}

extension UInt64: PartialValue {
    func write(to writer: inout StateWriter) { writer.add(self) }

    init(from reader: inout StateReader) throws(StateError) { self = try reader.number() }
}

extension Bool: PartialValue {
    func write(to writer: inout StateWriter) { writer.add(self) }

    init(from reader: inout StateReader) throws(StateError) { self = try reader.flag() }
}

extension String: PartialValue {
    func write(to writer: inout StateWriter) { writer.add(string: self) }

    init(from reader: inout StateReader) throws(StateError) { self = try reader.string() }
}

extension ObjectKey: PartialValue {
    func write(to writer: inout StateWriter) { writer.add(name: bytes) }

    init(from reader: inout StateReader) throws(StateError) { self.init(bytes: try reader.name()) }
}

extension Timestamp: PartialValue {
    func write(to writer: inout StateWriter) { writer.add(self) }

    init(from reader: inout StateReader) throws(StateError) {
        self = try reader.time()
        guard (Timestamp.distantPast...Timestamp.distantFuture).contains(self) else { throw StateReader.broken }
    }
}

extension TimeRange: PartialValue {
    func write(to writer: inout StateWriter) {
        writer.add(start)
        writer.add(end)
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init(start: try reader.value(), end: try reader.value())
    }
}

extension SHA256Digest: PartialValue {
    func write(to writer: inout StateWriter) { writer.add(self) }

    init(from reader: inout StateReader) throws(StateError) { self = try reader.digest() }
}

extension ChainIdentity: PartialValue {
    func write(to writer: inout StateWriter) {
        for name in [account, region, trail, homeRegion] { writer.add(string: name) }
        writer.add(isBackfill)
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init(
            account: try reader.plainName(),
            region: try reader.plainName(),
            trail: try reader.plainName(),
            homeRegion: try reader.plainName(),
            isBackfill: try reader.flag()
        )
    }
}

extension StateReader {
    /// A name as the name of a digest file has it: reports do not escape it.
    fileprivate mutating func plainName() throws(StateError) -> String {
        let name = try string()
        guard name.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { throw Self.broken }
        return name
    }
}

extension DeliveryLocation: PartialValue, Comparable {
    func write(to writer: inout StateWriter) {
        writer.add(string: bucket)
        writer.add(prefix)
    }

    init(from reader: inout StateReader) throws(StateError) {
        self.init(bucket: try reader.string(), prefix: try reader.value())
    }

    package static func < (lhs: DeliveryLocation, rhs: DeliveryLocation) -> Bool {
        (lhs.bucket, lhs.prefix) < (rhs.bucket, rhs.prefix)
    }
}

extension DeliveryPrefixes: PartialValue {
    func write(to writer: inout StateWriter) { writer.add(all: keys) }

    init(from reader: inout StateReader) throws(StateError) { self.init(try reader.all(ObjectKey.self)) }
}
