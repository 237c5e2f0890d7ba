package import CloudTrailIntegrity

/// What a diagnosis of an archive found, as a JSON document that a person can read through before it is handed on: a fact
/// a line.
package struct DiagnosisReport {
    /// The version of the document: greater where a member was removed or means something else.
    package static let version: Int64 = 1

    private let diagnosis: ArchiveDiagnosis
    private let toolVersion: String

    /// - Parameter toolVersion: The version of the tool.
    package init(_ diagnosis: ArchiveDiagnosis, toolVersion: String) {
        self.diagnosis = diagnosis
        self.toolVersion = toolVersion
    }

    /// Hands out the document piece by piece, line ends included.
    package func write<Failure: Error>(to output: (String) throws(Failure) -> Void) throws(Failure) {
        var head = JSONObjectText()
        head.add("diagnosis", Self.version)
        head.add("tool", RunFacts.tool)
        head.add("version", toolVersion)
        var archive = JSONObjectText()
        archive.add("digestFiles", Int64(diagnosis.held))
        archive.add("chosen", Int64(diagnosis.chosen))
        archive.add("unreadable", Int64(diagnosis.unreadable))
        archive.add("regularChains", Int64(diagnosis.regularChains))
        archive.add("backfillChains", Int64(diagnosis.backfillChains))
        try output(head.text + ",\n\"archive\":\(archive.closed),\n\"regular\":")
        try write(diagnosis.regular, to: output)
        try output(",\n\"backfill\":")
        try write(diagnosis.backfill, to: output)
        try output("}\n")
    }

    private func write<Failure: Error>(
        _ digests: ArchiveDiagnosis.Digests,
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var counts = JSONObjectText()
        counts.add("read", Int64(digests.read))
        counts.add("notJSON", Int64(digests.notJSON))
        counts.add("malformed", Int64(digests.malformed))
        counts.add("listings", Int64(digests.listings))
        counts.add("listingsSeen", Int64(digests.listingsSeen))
        counts.add("keysUnknown", Int64(digests.keysUnknown))
        try output("{\n\"counts\":\(counts.closed)")
        // Of none there is nothing to tell.
        guard digests.read > 0 else { return try output("}") }
        try list("fieldOrders", orders(digests.object), to: output)
        try list("fields", digests.object.fields, "field", to: output)
        try list("entryOrders", orders(digests.entry), to: output)
        try list("entryFields", digests.entry.fields, "field", to: output)
        try list("whiteSpace", digests.spaces, "where", to: output)
        try list("characters", digests.escapes, "written", to: output)
        try list("containers", digests.containers, "container", to: output)
        try list("keys", digests.keys, "of", to: output)
        try list("categories", digests.categories, "folder", to: output)
        try list("links", digests.links, "link", to: output)
        try list("signatures", digests.signatures, "source", to: output)
        try list("signatureForms", digests.signatureForms, "form", to: output)
        try list("keySizes", digests.keyBits, "bits", to: output)
        let agreements = digests.agreements.map { agreement in
            var object = JSONObjectText()
            object.add("statement", agreement.statement)
            object.add("holds", Int64(agreement.holds))
            object.add("fails", Int64(agreement.fails))
            return object
        }
        try list("statements", agreements, to: output)
        try list("windows", digests.windows, "seconds", to: output)
        try list("distances", digests.distances, "seconds", to: output)
        try list("listingDelays", digests.listingDelays, "minutes", to: output)
        try list("generationDelays", digests.generationDelays, "minutes", to: output)
        try list("modificationDelays", digests.modificationDelays, "minutes", to: output)
        try output("\n}")
    }

    private func list<Failure: Error>(
        _ name: String,
        _ counts: ArchiveDiagnosis.Counts<String>,
        _ member: String,
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try list(name, objects(counts, member) { $0.add(member, $1) }, to: output)
    }

    private func list<Failure: Error>(
        _ name: String,
        _ counts: ArchiveDiagnosis.Counts<Int64>,
        _ member: String,
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try list(name, objects(counts, member) { $0.add(member, $1) }, to: output)
    }

    private func list<Failure: Error>(
        _ name: String,
        _ fields: [ArchiveDiagnosis.Field],
        _ member: String,
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let lines = fields.flatMap { field in
            objects(field.shapes, "shape") { object, shape in
                object.add(member, field.name)
                object.add("shape", shape)
            }
        }
        try list(name, lines, to: output)
    }

    private func orders(_ object: ArchiveDiagnosis.Object) -> [JSONObjectText] {
        objects(object.orders, "fields") { $0.add("fields", $1.split(separator: ",").map(String.init)) }
    }

    /// An object for each thing that was seen, and one that stands for those that were too many.
    private func objects<Seen>(
        _ counts: ArchiveDiagnosis.Counts<Seen>,
        _ member: String,
        _ add: (inout JSONObjectText, Seen) -> Void
    ) -> [JSONObjectText] {
        var objects = counts.counts.map { count in
            var object = JSONObjectText()
            add(&object, count.seen)
            object.add("count", Int64(count.count))
            return object
        }
        if counts.others > 0 {
            var object = JSONObjectText()
            object.add(member, nil as String?)
            object.add("count", Int64(counts.others))
            objects.append(object)
        }
        return objects
    }

    private func list<Failure: Error>(
        _ name: String,
        _ objects: [JSONObjectText],
        to output: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try output(",\n\"\(name)\":[")
        var separator = "\n"
        for object in objects {
            try output(separator + object.closed)
            separator = ",\n"
        }
        try output(objects.isEmpty ? "]" : "\n]")
    }
}
