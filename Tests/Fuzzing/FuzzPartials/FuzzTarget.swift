import FuzzChecks

/// What libFuzzer calls with every input.
@c(LLVMFuzzerTestOneInput) public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    unsafe FuzzCheck.partials.runOrTrap(start, count)
}
