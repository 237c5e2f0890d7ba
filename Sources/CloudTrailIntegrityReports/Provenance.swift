package import CloudTrailIntegrity
package import NativeInterop

/// Who ran the tool, where, what for, and with what: what a report says that is handed on.
package struct Provenance: Hashable, Sendable {
    /// A kind of file that the verdict rests on or that shapes the report, beside the public keys.
    package enum Role: String, CaseIterable, Sendable {
        case signatures
        case expectedChains
        case acknowledgements
    }

    /// What the caller says of the examination.
    package struct Statement: Hashable, Sendable {
        /// The number or name of the case.
        package var caseName: String?
        /// Who examines.
        package var examiner: String?
        /// Anything else.
        package var note: String?

        package init() {}
    }

    package var statement = Statement()
    /// The files that were read beside the archives and the keys.
    package var files: [Role: [PublicKeySet.Source]] = [:]
    /// The machine and the user; `nil` where the system does not tell.
    package var host: Host?
    /// The SHA-256 of the program's own file, 64 lower-case hex digits; `nil` where it is not known.
    package var program: String?
    /// The commit that it was built of; `nil` where the build was not told.
    package var commit: String?
    /// The traits it was built with.
    package var traits: [String] = []
    /// The libraries it runs with.
    package var libraries: [Build.Library] = []

    package init() {}

    /// All of it as names and texts, in the order that reports have. A name may come several times.
    package var properties: [(name: String, value: String)] {
        var properties: [(name: String, value: String)] = []
        func add(_ name: String, _ value: String?) {
            if let value { properties.append((name, value)) }
        }
        add("case", statement.caseName)
        add("examiner", statement.examiner)
        add("note", statement.note)
        for role in Role.allCases {
            for file in files[role] ?? [] { add(role.property, "\(file.sha256) \(file.name)") }
        }
        add("host", host?.name)
        add("user", user)
        add("system", system)
        add("program-sha256", program)
        add("commit", commit)
        for trait in traits { add("trait", trait) }
        for library in libraries { add(library.name, library.version) }
        return properties
    }

    /// The properties with titles for people.
    var titled: [(title: String, value: String)] {
        properties.map { name, value in
            let words = name.replacing("-", with: " ")
            return (words.prefix(1).uppercased() + words.dropFirst(), value)
        }
    }

    /// The user's name and number.
    package var user: String? {
        host.map { host in host.userName.map { "\($0) (\(host.userNumber))" } ?? "\(host.userNumber)" }
    }

    /// The system, its release and the kind of processor.
    package var system: String? {
        host.map { "\($0.system) \($0.release) \($0.architecture)" }
    }

    /// Adds all of it to an object about the run.
    func add(to object: inout JSONObjectText) {
        object.add("case", statement.caseName)
        object.add("examiner", statement.examiner)
        object.add("note", statement.note)
        for role in Role.allCases {
            if let files = files[role] { object.add(role.rawValue, objects: files.map(JSONObjectText.init)) }
        }
        object.add("host", host?.name)
        object.add("user", host?.userName)
        object.add("userNumber", host.map { Int64($0.userNumber) })
        object.add("system", system)
        object.add("programSha256", program)
        object.add("commit", commit)
        object.add("traits", traits)
        var versions = JSONObjectText()
        for library in libraries { versions.add(library.name, library.version) }
        object.add("libraries", object: versions)
    }
}

extension Provenance.Role {
    /// What a property is called that names such a file.
    fileprivate var property: String {
        switch self {
        case .signatures: "signature-file"
        case .expectedChains: "chain-list"
        case .acknowledgements: "acknowledgements"
        }
    }
}
