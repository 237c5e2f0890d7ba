package import CloudTrailFormat

/// What the place and the name of a file that no digest lists make of it.
package struct FileScope: Sendable {
    package let asked: Asked

    package init(_ asked: Asked) { self.asked = asked }

    /// What a file is that is neither a digest file nor a sidecar, and that no digest lists.
    package enum Role: Hashable, Sendable {
        /// Readers of the log files may read it.
        case log
        /// It would be, but that its name begins with a dot, so that readers pass over it.
        case hidden
        /// Nobody takes it for a log file.
        case other
    }

    /// What becomes of such a file.
    package enum Fate: Hashable, Sendable {
        /// It is a log file that is asked for.
        case judged
        case outOfScope
        case hidden
        case other
    }

    /// Where a file lies.
    package struct Place: Hashable, Sendable {
        /// What the folder of its key tells.
        package let folder: KeyFolder
        /// What the folder of its path tells by itself, where that is one of log files and another than that of the key.
        package let own: KeyFolder?
        /// In a merged root, what its folder is to each part that has files there: which of them it is the file's, only the
        /// name tells.
        package let parts: [KeyFolder]
        /// How paths below its root map to keys.
        package let mapping: Mapping
        /// Whether a file lies in the same folder that a verified digest lists as a log file.
        package var holdsListedLog = false

        package init(folder: KeyFolder, own: KeyFolder?, parts: [KeyFolder], mapping: Mapping) {
            self.folder = folder
            self.own = own
            self.parts = parts
            self.mapping = mapping
        }

        package enum Mapping: Hashable, Sendable {
            case tree
            case merged
            case flat
            /// Directly in a flat root, in which digest files lie too.
            case flatWithDigests
        }

        /// Whether its folders tell something that is so; or tell nothing of it.
        fileprivate func tells<Value>(_ part: KeyPath<KeyFolder, Value?>, _ isSo: (Value) -> Bool) -> Bool {
            let told = ([folder, own].compactMap { $0 } + parts).compactMap { $0[keyPath: part] }
            return told.isEmpty || told.contains(where: isSo)
        }

        /// Whether the folder of a log file is that of its own account, region and day.
        ///
        /// - Parameter isTold: Whether the folder must tell all three; else what it does not tell is taken from the name.
        fileprivate func isOf(_ name: LogFileName, isTold: Bool) -> Bool {
            if isTold, folder.account == nil || folder.region == nil || folder.day == nil { return false }
            return [folder, own].compactMap { $0 }.allSatisfy { folder in
                folder.account ?? name.account == name.account && folder.region ?? name.region == name.region
                    && folder.day?.contains(name.time) ?? true
            }
        }

        /// Whether a folder tells what otherwise the name of a file does.
        fileprivate var isTold: Bool {
            switch mapping {
            case .tree, .merged: true
            case .flat, .flatWithDigests: folder != .unknown
            }
        }
    }

    /// What becomes of a file that is neither a digest file nor a sidecar, and that no digest lists (V2).
    package func fate(of name: Span<UInt8>, at place: Place) -> Fate {
        switch role(of: name, at: place) {
        case .other: .other
        case .hidden: .hidden
        case .log: isAskedFor(name, at: place, in: asked.range) ? .judged : .outOfScope
        }
    }

    /// What a file is, by the folder that it lies in (V3).
    private func role(of name: Span<UInt8>, at place: Place) -> Role {
        let isHidden = name.holds(".", at: 0)
        let isLogFolder =
            place.folder.category == .logs || place.own != nil || place.holdsListedLog
            || place.parts.contains { $0.category == .logs }
        if place.mapping == .flatWithDigests, place.folder.category == .unknown {
            guard name.hasSuffix(".gz") || name.hasSuffix(".json") else { return .other }
            return isHidden ? .hidden : .log
        }
        if isLogFolder { return isHidden ? .hidden : .log }
        switch place.folder.category {
        case .logs, .digests, .unknown:
            // A file that is named like a digest file and is not one comes here.
            let key = ObjectKey(bytes: Array(name))
            return LogFileName(key) == nil && DigestFileName(key) == nil ? .other : .log
        case .lake:
            // What queries of Lake leave has other names.
            return LogFileName(ObjectKey(bytes: Array(name))) == nil ? .other : .log
        }
    }

    /// Whether a file that no verified digest lists is asked for: where its folder's account, region and day are, or its
    /// name's; what the folder does not tell is asked for. Only the name of a log file that agrees with its folder narrows
    /// the day to its minute (V40).
    ///
    /// - Parameter range: The time that is asked for.
    package func isAskedFor(_ name: Span<UInt8>, at place: Place, in range: TimeRange) -> Bool {
        // Nothing is left out, whatever the place and the name tell.
        if range == .always, !asked.isRestricted { return true }
        let isFolderAskedFor =
            place.tells(\.account) { asked.selects(account: $0, region: nil) }
            && place.tells(\.region) { asked.selects(account: nil, region: $0) }
            && place.tells(\.day) { range.intersects($0) }
        guard let log = LogFileName(ObjectKey(bytes: Array(name))) else { return isFolderAskedFor }
        let isSelected = asked.selects(account: log.account, region: log.region)
        if !place.parts.isEmpty, place.isOf(log, isTold: true) {
            // The folder is of several accounts or regions: the name tells the minute, and not whose the file is.
            return isMinute(log.time, in: range)
                && place.tells(\.account) { asked.selects(account: $0, region: nil) }
                && place.tells(\.region) { asked.selects(account: nil, region: $0) }
        }
        if place.isOf(log, isTold: true) || !place.isTold {
            return isSelected && isMinute(log.time, in: range)
        }
        return isFolderAskedFor || isSelected && range.intersects(TimeRange(dayOf: log.time))
    }

    /// Whether a minute lies in a range as a whole: one within which the range begins or ends is outside.
    private func isMinute(_ minute: Timestamp, in range: TimeRange) -> Bool {
        range.start <= minute && minute.advanced(bySeconds: 60) <= range.end
    }

    /// Whether a log file's digest may not have been delivered yet: it lies in the folder of its own account, region and
    /// day, and is newer than the last verified digest there, by no more than the grace (V38).
    ///
    /// - Parameter coveredUntil: The last verified end of the regular chains of an account and region.
    package func isAwaitingDigest(_ name: LogFileName, at place: Place, coveredUntil: Timestamp?) -> Bool {
        guard let coveredUntil else { return false }
        guard place.isOf(name, isTold: place.mapping != .merged && place.isTold) else { return false }
        // The name has the minute alone, so the file may be as new as the minute's last second.
        return name.time.advanced(bySeconds: 59) > coveredUntil
            && name.time <= coveredUntil.advanced(bySeconds: asked.grace)
    }
}
