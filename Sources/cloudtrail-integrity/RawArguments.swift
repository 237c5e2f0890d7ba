#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The arguments that a C `main` takes, without the program's name: bytes, as whoever started the process gave them.
///
/// A target whose only file is this one's neighbour would be a script, whose own `main` is generated.
func rawArguments(_ count: CInt, _ values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> [[UInt8]] {
    guard let values = unsafe values, count > 1 else { return [] }
    var arguments: [[UInt8]] = []
    for number in 1..<Int(count) {
        guard let argument = unsafe values[number] else { break }
        arguments.append(unsafe Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument))))
    }
    return arguments
}
