internal import CloudTrailFormat
package import CloudTrailRules

extension Acknowledgement {
    /// Reads JSON Lines of `{"kind","key","who","why","until","bucket"?,"path"?,"start"?,"end"?}` and adds them to those that
    /// were read before (I40).
    ///
    /// - Throws: ``AcknowledgementError`` with the line that could not be read, lacks a member, has one of another name, or
    ///   names a kind that there is not or that cannot be acknowledged.
    package static func add(
        reading bytes: [UInt8],
        to acknowledgements: inout [Acknowledgement]
    ) throws(AcknowledgementError) {
        var read: [Acknowledgement] = []
        var reason = ""
        do throws(JSONLines.Failure) {
            try JSONLines.forEach(InputText.utf8(bytes), maximumDepth: 8) { (reader) throws(JSONError) in
                switch try Self.read(&reader) {
                case .failure(let fault):
                    reason = fault.reason
                    return false
                case .success(let acknowledgement):
                    read.append(acknowledgement)
                    return true
                }
            }
        } catch {
            throw AcknowledgementError(line: error.line, reason: escaped(error.error?.description ?? reason))
        }
        acknowledgements += read
    }

    private struct Fault: Error {
        let reason: String
    }

    private enum Name: String, CaseIterable {
        case kind, key, who, why, until, bucket, path, start, end

        var isRequired: Bool { [.kind, .key, .who, .why, .until].contains(self) }

        static func list(where isWanted: (Name) -> Bool) -> String {
            allCases.filter(isWanted).map(\.rawValue).joined(separator: ", ")
        }
    }

    /// The most bytes of `who` and of `why`: they stand in every report.
    private static let maximumWords = 1024

    private static func read(_ reader: inout JSONReader) throws(JSONError) -> Result<Acknowledgement, Fault> {
        guard try reader.kind() == .object else {
            try reader.skipValue()
            return .failure(Fault(reason: "an acknowledgement is a JSON object"))
        }
        var texts: [Name: String] = [:]
        var fault: String?
        try reader.readObject { (reader, text) throws(JSONError) in
            let member = reader.string(text)
            switch (Name(rawValue: member), try reader.kind()) {
            case (let name?, .string): texts[name] = try reader.readString()
            case (let name?, .null) where !name.isRequired: try reader.readNull()
            case (let name?, _):
                try reader.skipValue()
                fault = fault ?? "\(name.rawValue) must be a string"
            case (nil, _):
                try reader.skipValue()
                fault = fault ?? "there is no member '\(shortened(member))' (members: \(Name.list { _ in true }))"
            }
        }
        if let fault { return .failure(Fault(reason: fault)) }
        return acknowledgement(texts)
    }

    private static func acknowledgement(_ texts: [Name: String]) -> Result<Acknowledgement, Fault> {
        func failure(_ reason: String) -> Result<Acknowledgement, Fault> { .failure(Fault(reason: reason)) }
        guard let written = texts[.kind], let key = texts[.key], let who = texts[.who], let why = texts[.why],
            let end = texts[.until]
        else { return failure("\(Name.list(where: \.isRequired)) must be there") }
        guard let kind = FindingKind(rawValue: written) else {
            return failure("'\(shortened(written))' is not a kind of finding")
        }
        if let reason = kind.whyNotAcknowledgeable { return failure("\(written) cannot be acknowledged: \(reason)") }
        guard !key.isEmpty else { return failure("key is empty: give that of the finding") }
        for (name, words) in [(Name.who, who), (Name.why, why)] {
            guard !words.utf8.allSatisfy(JSONLines.isSpace), words.utf8.count <= maximumWords else {
                return failure("\(name.rawValue) must say something, in at most \(maximumWords) bytes")
            }
        }
        var narrowing = Narrowing()
        narrowing.bucket = texts[.bucket]
        narrowing.path = texts[.path].map { ObjectKey($0) }
        let until: Timestamp
        do throws(TimestampError) {
            until = try Timestamp(parsing: end)
            narrowing.start = try texts[.start].map { text throws(TimestampError) in try Timestamp(parsing: text) }
            narrowing.end = try texts[.end].map { text throws(TimestampError) in try Timestamp(parsing: text) }
        } catch {
            return failure("until, and start and end where they are given, must be times: \(error)")
        }
        if kind == .chainGap, narrowing.start == nil || narrowing.end == nil {
            return failure("start and end must be there: a chain-gap is the one between them")
        }
        return .success(Acknowledgement(kind, ObjectKey(key), narrowing, who: who, why: why, until: until))
    }
}

extension FindingKind {
    /// Why findings of this kind cannot be acknowledged, and what can be done; `nil` where they can be.
    fileprivate var whyNotAcknowledgeable: String? {
        guard !isAcknowledgeable else { return nil }
        return switch self {
        case .coverageShort: "the list of '--expect' says when a chain begins and ends"
        case .partElsewhere, .locationNotHeld: "it stands for several objects"
        default: severity == .notice ? "a notice never counts" : "it says that something was not checked"
        }
    }
}

/// Why a file is not a list of acknowledgements.
package struct AcknowledgementError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line that could not be read, counted from 1.
    package let line: Int
    /// What is wrong, in one line without the file's name.
    package let reason: String

    /// The line and the reason.
    package var description: String { "line \(line): \(reason)" }
}
