import Foundation
import NativeInterop
import Testing

@Suite struct ExtendedAttributesTests {
    private let folder: TestFolder
    private let handle: FileHandle

    init() throws {
        folder = try TestFolder()
        handle = try #require(FileHandle(forReadingAtPath: folder.write([1], to: "file")))
        try? Self.set(["user.signature": Array("0a1b".utf8), "user.empty": []], on: folder)
    }

    private static func set(_ values: [String: [UInt8]], on folder: TestFolder) throws {
        try FileManager.default.setAttributes(
            [FileAttributeKey(rawValue: "NSFileExtendedAttributes"): values.mapValues { Data($0) }],
            ofItemAtPath: folder.url.appending(path: "file").path
        )
    }

    /// Whether the temporary folder's file system keeps attributes.
    private static let areAvailable: Bool = {
        guard let folder = try? TestFolder(), let path = try? folder.write([], to: "file"),
            let handle = FileHandle(forReadingAtPath: path), (try? set(["user.probe": [1]], on: folder)) != nil
        else { return false }
        return ExtendedAttributes.value("user.probe", of: handle.fileDescriptor, limit: 10) == [1]
    }()

    // Disabled where the temporary folder's file system keeps no extended attributes.
    @Test(.enabled(if: areAvailable))
    func readsAValue() {
        let descriptor = handle.fileDescriptor
        #expect(ExtendedAttributes.value("user.signature", of: descriptor, limit: 4096) == Array("0a1b".utf8))
        #expect(ExtendedAttributes.value("user.empty", of: descriptor, limit: 4096) == [])
    }

    // Disabled where the temporary folder's file system keeps no extended attributes.
    @Test(.enabled(if: areAvailable))
    func theLimitIsExact() {
        let descriptor = handle.fileDescriptor
        #expect(ExtendedAttributes.value("user.signature", of: descriptor, limit: 4) == Array("0a1b".utf8))
        for limit in 0...3 {
            #expect(ExtendedAttributes.value("user.signature", of: descriptor, limit: limit) == nil, "\(limit)")
        }
        #expect(ExtendedAttributes.value("user.empty", of: descriptor, limit: 0) == [])
    }

    @Test func whatIsNotThereIsNil() {
        #expect(ExtendedAttributes.value("user.absent", of: handle.fileDescriptor, limit: 100) == nil)
        #expect(ExtendedAttributes.value("", of: handle.fileDescriptor, limit: 100) == nil)
        #expect(ExtendedAttributes.value("user.signature", of: -1, limit: 100) == nil)
    }
}
