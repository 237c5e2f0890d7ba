// swift-format-ignore-file
// Printed by the search: read the rule that stands before each in docs/verdicts.md.

import Testing

@testable import Adversary

/// What the search found once, each as small as it could be made, and must find no more.
@Suite struct FoundCases {
    /// V2, V3: a sidecar beside a digest file in a log folder whose signature went with one that was none
    @Test func seed21307() throws {
        var found = try FoundCase(world: 1775, [
            "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T041235Z.json.gz",
            "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T051235Z.json.gz",
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T041235Z.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T041235Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T051235Z.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T051235Z.json.gz")),
        ])
        found.edit([
            .write(AdversaryPlace(root: 1, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T041235Z.json.gz.metadata.json"), FoundCase.bytes("eyJNZXRhZGF0YSI6eyJzaWduYXR1cmUiOiI4MTQ0NThkYzQwZGI4NTRjZDhiYjk5MTc2MzJhZGU5ZmU3OTc4MzQ4ODIxYmQzMTgyMGMxY2Q5Y2YzM2FkNGRmZjI2YzJmOTg0NGRiMWIzYzA4ODQzYTA5NDk4NjU1YTA3ZTUyODk3MzM5MDUyNzRjMTJjMGUyMDU0MjViYTVhYjQ3MDM4NTI4YjY1NDVhMWIyNzhlZGI1NjUxZWY5Y2ZjNDM0NzQzNWVmNDZiOThmNzFjZjgzYmQ0MzJmYzg3NWVhMWQwZGEwNjlkNTIyMTlhNzZmN2FhYzVlZDRjMGNmN2MxYTlhMTI0MmI4MjYyYzcwODdiMzcwN2U5ZDNiN2M1MzE5NDBmNGU3NTk0NWYxY2ZlNTJiNDZkMWU5YmI1NTdlOTY3YThhYWQ3MmM0Yjk5MjY1MjE2MDljMTczOWFjNGFiZGM1MmRjZWZiYTk1ODEyNzUzMzNlZTg1N2FiNTZjMjBiMGI5ODAzMjYwNTM3OWZhMTlkYmMwZDc0ODAzNDE4YWQ4NGU4ODgxY2UyNzQ1ZTljZDU2NzE4MjRhMjIwZDAxYTIyOWUxZmNkMjAxOWE2NWEwYTAyNmJjOGVlZTg1NTM4ZGVlYjZjNDkxNWUxZTNlNjMyMDZlMzlhM2QwNTRiMDEzNzc3N2NlMzlmYzU2MDRkODZiMzgyYzY1NThhZiIsInNpZ25hdHVyZS1hbGdvcml0aG0iOiJTSEEyNTZ3aXRoUlNBIn19")),
        ])
        found.question.usesManifest = false
        found.question.order = 9042708839883202035
        try found.check()
    }

    /// V4: a delivery prefix is told by a digest file in its place, also where the caller names another bucket
    @Test func seed21597() throws {
        var found = try FoundCase(world: 1799, [
            "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/AWSLogs/666677778888/CloudTrail-Digest/us-east-1/2026/03/02/666677778888_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T090535Z.json.gz",
        ])
        found.edit(isArrangement: true, [
            .move(AdversaryPlace(root: 0, path: "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/AWSLogs/666677778888/CloudTrail-Digest/us-east-1/2026/03/02/666677778888_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T090535Z.json.gz"), AdversaryPlace(root: 0, path: "666677778888/CloudTrail-Digest/us-east-1/2026/03/02/666677778888_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T090535Z.json.gz")),
        ])
        found.question.end = 1772431836
        found.question.bucket = "another-bucket"
        found.question.order = 8994331152999382591
        try found.check()
    }

    /// V37: a digest file lies in two roots, and its log files in one of them, where that root's layout does not look
    @Test func seed21379() throws {
        var found = try FoundCase(world: 1781, [
            "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T212335Z.json.gz",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2027Z_1n9u1t5mdz66i.json.gz",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2052Z_3uypasa1zaw3r.json.gz",
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T212335Z.json"), FoundCase.bytes("eyJhd3NBY2NvdW50SWQiOiIxMTExMjIyMjMzMzMiLCJkaWdlc3RTdGFydFRpbWUiOiIyMDI2LTAzLTAxVDIwOjIzOjM1WiIsImRpZ2VzdEVuZFRpbWUiOiIyMDI2LTAzLTAxVDIxOjIzOjM1WiIsImRpZ2VzdFMzQnVja2V0IjoidHJhaWwtYnVja2V0IiwiZGlnZXN0UzNPYmplY3QiOiJBV1NMb2dzLzExMTEyMjIyMzMzMy9DbG91ZFRyYWlsLURpZ2VzdC91cy1lYXN0LTEvMjAyNi8wMy8wMS8xMTExMjIyMjMzMzNfQ2xvdWRUcmFpbC1EaWdlc3RfdXMtZWFzdC0xX21haW5fdXMtZWFzdC0xXzIwMjYwMzAxVDIxMjMzNVouanNvbi5neiIsImRpZ2VzdFB1YmxpY0tleUZpbmdlcnByaW50IjoiZDAzOWNhYjUwNGE1NTY0MmRkMzYyZGYxZDE2MTcyZjQiLCJkaWdlc3RTaWduYXR1cmVBbGdvcml0aG0iOiJTSEEyNTZ3aXRoUlNBIiwibmV3ZXN0RXZlbnRUaW1lIjpudWxsLCJvbGRlc3RFdmVudFRpbWUiOm51bGwsInByZXZpb3VzRGlnZXN0UzNCdWNrZXQiOm51bGwsInByZXZpb3VzRGlnZXN0UzNPYmplY3QiOm51bGwsInByZXZpb3VzRGlnZXN0SGFzaFZhbHVlIjpudWxsLCJwcmV2aW91c0RpZ2VzdEhhc2hBbGdvcml0aG0iOm51bGwsInByZXZpb3VzRGlnZXN0U2lnbmF0dXJlIjpudWxsLCJsb2dGaWxlcyI6W3siczNCdWNrZXQiOiJ0cmFpbC1idWNrZXQiLCJzM09iamVjdCI6IkFXU0xvZ3MvMTExMTIyMjIzMzMzL0Nsb3VkVHJhaWwvdXMtZWFzdC0xLzIwMjYvMDMvMDEvMTExMTIyMjIzMzMzX0Nsb3VkVHJhaWxfdXMtZWFzdC0xXzIwMjYwMzAxVDIwNTJaXzN1eXBhc2ExemF3M3IuanNvbi5neiIsImhhc2hWYWx1ZSI6ImIxNDQwNGY3OTc2OWUyMzdmNmUxZDllMGNlYzQ1MjMyZjQwNWI1ODdiNWY4MDkzOGY5MDcyZDkxZTg1ZmZiZDYiLCJoYXNoQWxnb3JpdGhtIjoiU0hBLTI1NiIsIm5ld2VzdEV2ZW50VGltZSI6IjIwMjYtMDMtMDFUMjA6MjM6MzVaIiwib2xkZXN0RXZlbnRUaW1lIjoiMjAyNi0wMy0wMVQyMDoyMzozNVoifSx7InMzQnVja2V0IjoidHJhaWwtYnVja2V0IiwiczNPYmplY3QiOiJBV1NMb2dzLzExMTEyMjIyMzMzMy9DbG91ZFRyYWlsL3VzLWVhc3QtMS8yMDI2LzAzLzAxLzExMTEyMjIyMzMzM19DbG91ZFRyYWlsX3VzLWVhc3QtMV8yMDI2MDMwMVQyMDI3Wl8xbjl1MXQ1bWR6NjZpLmpzb24uZ3oiLCJoYXNoVmFsdWUiOiJhMmE2ZGQwMTdjM2Y2YjQzMjQ5YzFkZDEwNWQ0YzFlM2IxOTY5MjczMWU1Yjc1YmY5YWUxYzUyNzhmYmE2M2YwIiwiaGFzaEFsZ29yaXRobSI6IlNIQS0yNTYiLCJuZXdlc3RFdmVudFRpbWUiOiIyMDI2LTAzLTAxVDIwOjIzOjM1WiIsIm9sZGVzdEV2ZW50VGltZSI6IjIwMjYtMDMtMDFUMjA6MjM6MzVaIn1dfQ==")),
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T212335Z.json"), AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T212335Z.json")),
        ])
        found.edit(isArrangement: true, [
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T212335Z.json.gz"), AdversaryPlace(root: 0, path: "03/01/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T212335Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T212335Z.json"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T212335Z.json")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2027Z_1n9u1t5mdz66i.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2027Z_1n9u1t5mdz66i.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2052Z_3uypasa1zaw3r.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2052Z_3uypasa1zaw3r.json.gz")),
        ])
        found.question.order = 12134462843267440784
        try found.check()
    }

    /// V18, V37: what a digest names of another account holds no location
    @Test func seed100818() throws {
        var found = try FoundCase(world: 8401, [
            "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T011535Z.json.gz",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2241Z_tfeam5lnpwjy.json.gz",
            "AWSLogs/666677778888/CloudTrail-Digest/us-east-1/2026/03/01/666677778888_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T232835Z.json.gz",
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "AWSLogs/666677778888/CloudTrail-Digest/us-east-1/2026/03/01/666677778888_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T232835Z.json.gz"), AdversaryPlace(root: 0, path: ".hidden/CloudTrail-Digest/us-east-1/2026/03/01/666677778888_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T232835Z.json.gz")),
        ])
        found.question.order = 13329608005534423843
        try found.check()
    }

    /// V5: the folder of an organization is no region
    @Test func seed50617() throws {
        var found = try FoundCase(world: 4218, [
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "CloudTrail/o-exampleorg/444455556666/CloudTrail-Digest/eu-west-1/2026/03/02/444455556666_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T011735Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA81VXW9cRQz9L/vc7Y4933lbaKsikEBsBFIRimyPZ3PLzd1oPxKg6n+vN5R0m6RC8MS8XM2dY499js+972Z0u1uKbA7T/ps2O5sFW9FWsjV7NmvDWnf71Z62+/PhSg2ADtPc+bnDc+fOIJ/5+OYe+HJqT8DgIWzlvzrIb7o33H5Lwzjnv7afzr/ntyrH8+XPq+82691iM9ff6ep61M12vTgtcvH1uDm087s0L+6iF3qY39pzDotjFQvnFw4/i7l4FHNxH3NxRcN0cdjNle62xxTO37UB2Zp4/na3mZ6v/7wv9ocDj4N8q3+8Gqa1bq+3w3QsvDlfhTi6QHZpwNZ8wtahQYKMPXxqdlhPtD9sdTmuN9thf3ll0avXS4zp1nY/rpYGnfRY3csbnT7qMB3G8dlsM7anXl9v9WbYHHYv/oHth7j/I+vuIeufF/2adpc/0Xg4zpwHolQq5FZb68WoRyyuMWguXnxnLdgBHCUKXqT2Qh2zNvGFoofwZPIHqsxNlsfM/S2hYYCkpU5CGFqDEsQzOI4ZQ1bnGtaUXAflrojESsSuUuTGuQEGFGw1h1Cr2oG3cNLec6ykjAWb5YmpBQlBAXO3lrrPTLV75wpVF1iq9yFJ8KWro9w0aKxSyeVuxISIILFjj9odIlQxssS4ohJKi4GgslWdwegBiJaTADVE5ljsosgCIbtcQK2I2MEzBqUUIRdDWYNVVTCFzkEbcfI+FuTYWkwWSI56BvVK0r02H4UDOzGtMZcsPQZO0UhITqiZZap2PcpPgUuoUCKTMarMx3wFQieGqLGE5KqIShfH4r3NQc/VRDW7JfWt282UHBs70dj2xluF4GvTblwWlJYzp9SD6ZNjQkkhJ0EuosUp9OYUrR6mot4X5h6hJF8UIvhQMjZ0NlBRxF6CDce4Wb8aRt3Nzn55N9t90X27/+a3f2W0E4edWqq+uQAnU71ee4n77c2JvS5PDGXEePRcNTekgtFshDZSNhjGvTEhYOQXUy5rMS9RD2YvE8IJcEaij+mettCjT9qXfi2PPnJPA9//+v4D")),
        ])
        found.question.order = 14648397749883952760
        try found.check()
    }

    /// I23: one whose gzip member has bytes behind it is a copy of another like it
    @Test func seed51354() throws {
        var found = try FoundCase(world: 4279, [
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "evidence/disk 1/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T031535Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA81VTW8cNwz9L3vOZiWK+vLNaRqkaIEWtdECKQKDIqn1pONZY2c3ThPkv5frpo5jb1C0p2pO0jyRj++RMx8WdDOfMm/20+47WZwsvC2wFWwtnixkWOu8O9vRdnc+XKkBwEFaurB0cO7gxMeTEF/dAb+d5AgsPISdhWd7/l13htttaRiX7a/t5/c/tjfKh/env579sFnPq81S39HV9aib7Xp1n+Tqm3Gzl/PbMM9vb6/281Jp3i396sBi5cLKwRd3Lh7dubi7c3FFw3Rvewjhwm0ZPloRT9/Mm+np+v0d2Z/2bRz4e/3jxTCtdXu9HaYDcXGhMrXokGJMCCIhgXQvPvkMHT8XO6wn2u23ejquN9thd3llt89enkJMN7b7+ezUoJPeHOR9q9MnH6b9OD5ZbEY5dny91bfDZj8//we1H+L+j6rDQ9W/JP2S5stfaNwfeo5i6+KY2PdeKHWirGpxWsoh+ha4h+aCRGiJkvliT3JECrkXDhiOBn/gytJseazc3xYeGl9LEVQ24kC5RZ+bWjJIoA6LNkGE2LGCr5K0CKPxLD5VB90DFpKWtXX0DFS7KqnVgjF3pk41OtbgWkVMpXYS8K6WnK2sbIGiWA6JWaLnbro55Qot1CwAFVMFwKgWFIkkoVcnxXLW2kozlJgKhaPXRFJBU5RD1p6EqooFDF16jylRrt6lmmNopSRGKlak801isIrB6DXvPCE2k76hc5bAK/WaNNwe1eq4F3HYVMTZPEAToNbslJ0WZnEOxArynTiHXGIz6sZNs7QOiav3lHMH6ikUH1IXNlmlYfPBRWbuENFYqebgzY/unTlRPUYCwqyVmHNlBkRrkIyFPVJHq5NcwpKwc9Wemundiuu19KpsNqHhPUUqyK6AkrmYxZsRHtlaL2OQw1yPm/WLYdR5cfLbh8X81emb/9u8/atBOz5SUF5dwLtxG6exX6l7f3NvvC7vDVRMJSYozQRNNWIGc4VCtiZMqQUKEKD5auqxiUuuY+TmRc2tauL1/Cnc8RF69En72q/l0UfuOPDj649/AkeP5TjOBgAAbW9yZQ==")),
        ])
        found.edit([
            .copy(AdversaryPlace(root: 0, path: "evidence/disk 1/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T031535Z.json.gz"), AdversaryPlace(root: 1, path: "evidence/disk 1/AWSLogs/o-exampleorg/111122223333/CloudTrail-Lake/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T031535Z.json.gz")),
        ])
        found.question.order = 14217992614072443304
        try found.check()
    }

    /// V40: below a flat root, a folder of an account and no category tells what is asked for
    @Test func seed201512() throws {
        var found = try FoundCase(world: 16792, [
            "a/b/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260302T051535Z.json.gz",
        ])
        found.edit(isArrangement: true, [
            .move(AdversaryPlace(root: 0, path: "a/b/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260302T051535Z.json.gz"), AdversaryPlace(root: 0, path: "111122223333_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260302T051535Z.json.gz")),
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/666677778888_CloudTrail_eu-west-1_20260302T0225Z_xv0.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA6tWCkpNzi9KKVayiq5WyszLSk0uSU1RsrI0M6uNrQUAdc9nrR4AAAA=")),
        ])
        found.question.regions = ["us-east-1"]
        found.question.order = 10544503754197106159
        try found.check()
    }

    /// V37: files of two parts in one folder are one finding
    @Test func seed202184() throws {
        var found = try FoundCase(world: 16848, [
            "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260301T232035Z.json.gz",
            "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T002135Z.json.gz",
            "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T012135Z.json.gz",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/111122223333_CloudTrail_eu-west-1_20260301T2307Z_1l9iuupc1krjg.json.gz",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0012Z_2b46ciovls808.json.gz",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0106Z_2wzz6yqc8jnsn.json.gz",
        ])
        found.edit(isArrangement: true, [
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/111122223333_CloudTrail_eu-west-1_20260301T2307Z_1l9iuupc1krjg.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/111122223333_CloudTrail_eu-west-1_20260301T2307Z_1l9iuupc1krjg.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0012Z_2b46ciovls808.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0012Z_2b46ciovls808.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0106Z_2wzz6yqc8jnsn.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0106Z_2wzz6yqc8jnsn.json.gz")),
        ])
        found.edit([
            .move(AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0012Z_2b46ciovls808.json.gz"), AdversaryPlace(root: 1, path: "111122223333_CloudTrail_us-east-1_20260302T0012Z_2b46ciovls808.json.gz")),
        ])
        found.edit([
            .move(AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/111122223333_CloudTrail_eu-west-1_20260301T2307Z_1l9iuupc1krjg.json.gz"), AdversaryPlace(root: 1, path: "111122223333_CloudTrail_eu-west-1_20260301T2307Z_1l9iuupc1krjg.json.gz")),
        ])
        found.question.order = 7985700348722518823
        try found.check()
    }

    /// V31: what digests list under one key in two buckets is one log file
    @Test func seed207961() throws {
        var found = try FoundCase(world: 17330, [
            "AWSLogs/111122223333/AWSLogs/666677778888/CloudTrail-Digest/us-east-1/2026/03/02/666677778888_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T032135Z.json.gz",
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/03/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260303T052135Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA81VXW8bVRD9L36u67lzv/OWUqoikEAkAqmoiubjXmeLs66860Sl6n/vOLRpmhgQ4oV58l6dOztnzjnr9wu6mU5Ftvtx/k4XJ4tkla2K1eLJQod1m+azmXbz+XDVDICAaQl+CXgO7gTdiY+v7oDfjnoEhg9hZ/7ZXn5vs+Fonsl+7pb858kXyI/8pskBcvrr2Q/b9bRyVmjlrVafD+/Pu/pms93r+Y6GzfL5bZfVflo2mualWx0GWoFfAX515+LRnYu7OxdXNIz3Hg8twN8yQmd8nr6ZtuPT9R93Q/+0580g37d3L4Zx3XZvd8N4IKDgqxBHCBRjCqjqE2p36pLL2MMX0sN6pHm/a6eb9XY3zJdXdvvs5SnGdGNPP5+dGnRsN4dNX7fxkyTjfrN5sthu9Njx2127Hrb76fk/L/4h9P8sgHsowNfDv6Tp8hfa7G+d6LPvDJ66d4QAqpTEFCy5V04FNXaSQASMkBlspFwr+OSVUZP4o80fCLQ0hR5v8LOahnGtNp8q2OBZKeYiUUgDZ6CI2SN05F4dxNJyT5E8R6paAAm1CWGx0YlKqYydDUaSneuuBx87Vs4omM1SBOrMYy6XVhli1e5LyJVdbhiZkkepzblkZAl6EJNBuBK04FI2wrEzOj40Fcc5JOCaIFkvtbfYUJ3MtBHZYYu1ipFSsIa9AwFh7TG1mJS1+QJaQ6y5kHecJFRRI+JbxFSaNqqVnOGSqSlBIDcAKuBbokxZoklAhYHIhFaxxTjuGYMUDaYTO+0lRm0hBC4qwIqWrszo7ZRBEopBRVrwEO2V3uTuPrrgYjFATVRTK1CpsihiSJ4xi225eBOEEwe03YBz5Ap3ASOg6NVrkWbhdV6DWSNxDakZy6okpcVubXN3qXtOsZqS2HJ2vQanZo7Ndv1i2LRpcfLb+8X0d0Gc/lv0/lXmjn/eoL66GOd5zWt/3d/RcC9ol/eiJWr+NZtmFcTWYiHnLT65JTFfVLMppZBFE0cJZj8Uc6KloCSoJix+anc8TI++c3/11/Poy3cc+OH1h48/2Yak7gYAAA==")),
            .write(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/AWSLogs/666677778888/CloudTrail-Digest/us-east-1/2026/03/02/666677778888_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T022135Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA62UXW/TMBSG/0uu18XfjntXGNMQSCBSgTSEKn+cpB5pMuJkFZv23+eUrQttpl3AkW9sv+f4zXOOcpfobVhY2/R1994l8wTHIDFojOQkcb6E0OWdbrul30AUEETEDNG4lgjNCZ5TfrkXvqvdhIwfynL6prc/oYu6rtW+mpk/2+f7T+YK7HC/+JZ/bMqQjn2lb6umd8td5tkuIe3DDHToZjgdHk4RHdY4Z3WUs9rnrDba16PtUALRnXOCo+/Tq9DUp+Xt3t/n3lTefoDf574uob1ufT14dYgqqw1HTHMuGHGOCuIK7LDAkhTs+ft8Weuub2FRlU3ru/UmZucXC8LFNu6+5IsorWE7EL2B+hF93VfVSdJUbur4uoUb3/Th7BXAh7r/AJr8K2iyROIQ9N8+L3RYf9VVP0yWQjLjzCIkGIB2mAucZYIiYYwkKiuUMLQANAgkV1SCBpVpXCgKCmVUThY/aMQsduIY1lPXokYb66KgaspzX0FI5t/vkvAi9PAK5qdDEUPGyGKM2E9DH4tH0CfxEswuVxTd/mIOsPReuBHq9RiuAguFtswIxBVDioDgJAJkygqhM0wtkZJa5qTGYBDjQjBBpeWiQEbzx3LTOI8m+qWfydGMTwvvf9w/AN/4MRvABAAA")),
        ])
        found.edit([
            .remove(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/03/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260303T052135Z.json.gz")),
        ])
        found.question.order = 203842146846890700
        try found.check()
    }

    /// V6: what is named like a digest file in a log folder is no digest file of its root
    @Test func seed301369() throws {
        var found = try FoundCase(world: 25114, [
            "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T001135Z.json.gz",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2313Z_2n9phpqo6im2w.json.gz",
        ])
        found.edit(isArrangement: true, [
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T001135Z.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T001135Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2313Z_2n9phpqo6im2w.json.gz"), AdversaryPlace(root: 0, path: "111122223333_CloudTrail_us-east-1_20260301T2313Z_2n9phpqo6im2w.json.gz")),
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/444455556666_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T031135Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA6tWCkpNzi9KKVayiq5WyszLSk0uSU1RsjIzMKuNrQUAAIhx0x4AAAA=")),
        ])
        found.question.order = 7707262608880383003
        try found.check()
    }

    /// V47: what is not verified may lie between the last verified digest and the allowed head
    @Test func seed400255() throws {
        var found = try FoundCase(world: 33354, [
            "logs/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T031935Z.json.gz",
            "logs/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T041935Z.json.gz",
            "logs/AWSLogs/o-exampleorg/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T0255Z_32huavrltqoeb.json.gz",
            "logs/AWSLogs/o-exampleorg/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T0306Z_1axblztoaauy3.json.gz",
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "logs/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T035935Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA81Sy07DMBD8l5wJcew4qXsLtAgEEohUIIFQ5cc2GFy7SmLKQ/w7ToECpRJX9rJae3Y8O+uXiC/bUkrnbXekomGUhsAhSIhoJ1K6hrarOt50Ez2HAMAI5zEiMcIThIeUDQm9WgPHVm2BkU1YRfa8vIcu4LqGaxOL9/Lr/lTcgezvjavbpLysTvrsYnjk84UB19TJd6XJvnFeTVZcoxVFAj5ehhynSS8lQSRB+EfP9FfPdN0znXNtp76Nga/KngKR1SyUhUl271pnd+vnteIzL4yWx/B0oG0NzaLRtlePUP8eIVlGaZ4XxWDAGOdCSKkUwGz2NbGuLe98A6WpXaO723norg5LTPNlqM6rMkAt9OrGD2A/lmG9MTuRM2rb8aKBB+18O/rD8k3c/7U+3bD+p/JD3t5ecOP734dwJhhiLM1xnhOaS07CBgYZwQUFpmSwFQPwYpDOCiQzIgBljCNOxUxIINlW8o3VxIHkt32fewwYLqQKgGDjgTbQRsPrm9c39oVKX3ADAAA=")),
        ])
        found.question.usesManifest = false
        found.question.order = 2915739996844531554
        try found.check()
    }

    /// V47: the allowed head is the single newest: a file of the same name in another folder keeps it from being that
    @Test func seed400255WithATwinOfTheHead() throws {
        var found = try FoundCase(world: 33354, [
            "logs/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T031935Z.json.gz",
            "logs/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T041935Z.json.gz",
            "logs/AWSLogs/o-exampleorg/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T0255Z_32huavrltqoeb.json.gz",
            "logs/AWSLogs/o-exampleorg/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T0306Z_1axblztoaauy3.json.gz",
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "logs/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T041935Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA81Sy07DMBD8l5wJcew4qXsLtAgEEohUIIFQ5cc2GFy7SmLKQ/w7ToECpRJX9rJae3Y8O+uXiC/bUkrnbXekomGUhsAhSIhoJ1K6hrarOt50Ez2HAMAI5zEiMcIThIeUDQm9WgPHVm2BkU1YRfa8vIcu4LqGaxOL9/Lr/lTcgezvjavbpLysTvrsYnjk84UB19TJd6XJvnFeTVZcoxVFAj5ehhynSS8lQSRB+EfP9FfPdN0znXNtp76Nga/KngKR1SyUhUl271pnd+vnteIzL4yWx/B0oG0NzaLRtlePUP8eIVlGaZ4XxWDAGOdCSKkUwGz2NbGuLe98A6WpXaO723norg5LTPNlqM6rMkAt9OrGD2A/lmG9MTuRM2rb8aKBB+18O/rD8k3c/7U+3bD+p/JD3t5ecOP734dwJhhiLM1xnhOaS07CBgYZwQUFpmSwFQPwYpDOCiQzIgBljCNOxUxIINlW8o3VxIHkt32fewwYLqQKgGDjgTbQRsPrm9c39oVKX3ADAAA=")),
        ])
        found.question.usesManifest = false
        found.question.order = 2915739996844531554
        try found.check()
    }

    /// V12, I24: what is said of signatures that failed does not depend on the order of the listing
    @Test func seed401066() throws {
        var found = try FoundCase(world: 33422, [
            "a/b/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T042735Z.json.gz",
            "a/b/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T052735Z.json.gz",
        ])
        found.edit(isArrangement: true, [
            .move(AdversaryPlace(root: 0, path: "a/b/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T042735Z.json.gz"), AdversaryPlace(root: 0, path: "trail-bucket/a/b/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T042735Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "a/b/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T052735Z.json.gz"), AdversaryPlace(root: 0, path: "trail-bucket/a/b/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T052735Z.json.gz")),
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "a/b/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0357Z_forged.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA6tWCkpNzi9KKVayiq5WSssvSk9NUbIyMzKoja0FACHFPyUcAAAA")),
            .write(AdversaryPlace(root: 0, path: "a/b/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T042735Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA81V224bRwz9Fz1bEefC4Yzf3KZBihZoURst4KIwhkOOvOlaCrSSnTbIv4frponjC4q8FJkHQZzl5fCQZ/ftot5MJ61tD5v997I4Xjg73k6wszhayLDWaX+6r7v92XCl5uDBpyWEJbgzH449HQc8/+j43Ubuu/kziPfdTsM3h/an7s1vv6vDuOR/zE/Pf+JX2ubndcWrk99Of9yup9VdbKtvx+1Bzm6jn98GrQ7TUuu0X7rVXHwFYQX+s5iLBzEXH2MuruqwuWPOKSDcovdk2J+9mrabZ+u/P2L8+cDj0H7Qv14Mm7XuXu+GzYxXIJRWGSFWxBS9SEheuhOXHPkeP/U4rDd1f9jpybje7ob95ZVFn7488ZhuzPrl9MRcN3ozs3qtmw/0bw7jeLTYjvLY9eudXg/bw/T8P0i+7/c1k/051pd1uvy1jod5w1prHqOGSBJzcj2G2BEBaqmuxOyycEgi3WMPIMEnTsoxODMa5MCPJr83jKVN4yFh/05uBmF1reeqKZYOHRw3lyE78aVbfQjWFQfDAdW16oNIUQc1adOeQqfQvSbpyWXfC+TCxNaNWtJSS0oSGNFro4TiiguUw3yrmSQ1Lb0oKlkNKVCciyUD5pTINV9z74SSo9RWG6vVKUZydzMLvfjsAzlBqDmCc8S9cmlKPfnCjL5Lw+KtiUqtV3SGtMRoOQtCjrlitL0mLtpCpegMX+EsVFGDz+ijAuWeW2SKVdVYyQ6bEVW4RVc1Ys++kHO9c6DaJGgzKCqYQ+9APWYTjkIktFvk3pJQZhUFwACcqtHcsq8JMzDY9HMm7RpbN65TKokCc22tUyxFqWQMzgiLHDPOf63pWr3lz5pYODUU5GRdiJDM/ZZoP7klT6RQJCJqArBOicF3Y5BTDphtOcbt+sUw6rQ4/v3tYnpSdNMXyeyL9PWokgLS+UXf7tYqd+R0eUdAVKOIpkzz0Dq1aCG2MjFksJZ7Ex9tfwg59NaxItiMewJvY81eXfmQ7nHJPHhzPfXhePAue9zx3dHXRK53eH7hb2B4M43XbyBt909wzKZoE7ljgW4aBgKElky0mmoB4iqSsbfArlB3yexCHInVJMwo7f/l+I937wFsxeTDEAgAAA==")),
        ])
        found.question.order = 17514959571412031283
        try found.check()
    }

    /// V37: digest files were moved, and a log file lies where its key says, where their offset does not look
    @Test func seed1000032() throws {
        var found = try FoundCase(world: 83336, [
            "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_se_cond-t.1_us-east-1_20260302T071035Z.json.gz",
            "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0250Z_2smcz1d8tq6fx.json.gz",
            "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0643Z_1ddy8teh6fyyz.json.gz",
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0250Z_2smcz1d8tq6fx.json.gz"), AdversaryPlace(root: 1, path: "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0250Z_2smcz1d8tq6fx.json.gz")),
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_se_cond-t.1_us-east-1_20260302T071035Z.json.gz"), AdversaryPlace(root: 0, path: "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/03/02/111122223333_CloudTrail-Digest_us-east-1_se_cond-t.1_us-east-1_20260302T071035Z.json.gz")),
        ])
        found.question.order = 7516278005592327432
        try found.check()
    }

    /// V3: a file among the signed digest files of another, in a folder of the victim's log files, was passed over
    @Test func seed1001761() throws {
        var found = try FoundCase(world: 83480, [
            "AWSLogs/111122223333/CloudTrail/us-east-1/AWSLogs/666677778888/CloudTrail-Digest/us-east-1/2026/03/01/666677778888_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T222135Z.json.gz",
            "AWSLogs/111122223333/CloudTrail/us-east-1/AWSLogs/666677778888/CloudTrail-Digest/us-east-1/2026/03/01/666677778888_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T232135Z.json.gz",
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/us-east-1/AWSLogs/666677778888/CloudTrail-Digest/us-east-1/2026/03/01/999999999999_CloudTrail_us-east-1_20260301T2231Z_171x.json.gz.gz"), FoundCase.bytes("H4sIAAAAAAAAA6tWCkpNzi9KKVayiq5WyszLSk0uSU1RsjKxNKqNrQUALdzLHB4AAAA=")),
        ])
        found.question.usesManifest = false
        found.question.order = 18007657124138065633
        try found.check()
    }

    /// V47: a copy of an unsigned head is one too
    @Test func seed1013491() throws {
        var found = try FoundCase(world: 84457, [
            "a/b/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T021135Z.json.gz",
            "a/b/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T031135Z.json.gz",
            "a/b/AWSLogs/o-exampleorg/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T0114Z_3s6et8wscirg9.json.gz",
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "a/b/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T031135Z.json"), FoundCase.bytes("eyJhd3NBY2NvdW50SWQiOiIxMTExMjIyMjMzMzMiLCJkaWdlc3RTdGFydFRpbWUiOiIyMDI2LTAzLTAyVDAyOjExOjM1WiIsImRpZ2VzdEVuZFRpbWUiOiIyMDI2LTAzLTAyVDAzOjExOjM1WiIsImRpZ2VzdFMzQnVja2V0IjoidHJhaWwtYnVja2V0IiwiZGlnZXN0UzNPYmplY3QiOiJhL2IvQVdTTG9ncy9vLWV4YW1wbGVvcmcvMTExMTIyMjIzMzMzL0Nsb3VkVHJhaWwtRGlnZXN0L2V1LXdlc3QtMS8yMDI2LzAzLzAyLzExMTEyMjIyMzMzM19DbG91ZFRyYWlsLURpZ2VzdF9ldS13ZXN0LTFfbWFpbl91cy1lYXN0LTFfMjAyNjAzMDJUMDMxMTM1Wi5qc29uLmd6IiwiZGlnZXN0UHVibGljS2V5RmluZ2VycHJpbnQiOiJkMDM5Y2FiNTA0YTU1NjQyZGQzNjJkZjFkMTYxNzJmNCIsImRpZ2VzdFNpZ25hdHVyZUFsZ29yaXRobSI6IlNIQTI1NndpdGhSU0EiLCJuZXdlc3RFdmVudFRpbWUiOm51bGwsIm9sZGVzdEV2ZW50VGltZSI6bnVsbCwicHJldmlvdXNEaWdlc3RTM0J1Y2tldCI6InRyYWlsLWJ1Y2tldCIsInByZXZpb3VzRGlnZXN0UzNPYmplY3QiOiJhL2IvQVdTTG9ncy9vLWV4YW1wbGVvcmcvMTExMTIyMjIzMzMzL0Nsb3VkVHJhaWwtRGlnZXN0L2V1LXdlc3QtMS8yMDI2LzAzLzAyLzExMTEyMjIyMzMzM19DbG91ZFRyYWlsLURpZ2VzdF9ldS13ZXN0LTFfbWFpbl91cy1lYXN0LTFfMjAyNjAzMDJUMDIxMTM1Wi5qc29uLmd6IiwicHJldmlvdXNEaWdlc3RIYXNoVmFsdWUiOiI0Y2M3YzdmMGIyNDEzNDBjMTY4NTQ2YTM3NDcwNDdmMzlmNGYxNTllMjhlYmM2OTE5ZDRjYWY2MzllOTU3ZjgwIiwicHJldmlvdXNEaWdlc3RIYXNoQWxnb3JpdGhtIjoiU0hBLTI1NiIsInByZXZpb3VzRGlnZXN0U2lnbmF0dXJlIjoiOGJmNDc5OWEzNTUxMTBhZGEzMTI1M2NjOTUwNmQ2ODg4ZjIzN2MwMjNkYTMyNzllODI3NjQzOGNiZGVlZTUzYmRiYjFmZDVlOGEzODYxMDU5MjBjMWMzYzZlY2Y2N2QxN2IzYmUyYzAxYjNmNWI5ZGEyNGUzMjQzOTEwYzQzNWRlYzZmNDljZGMwNjg2ZTRmMzY5M2ZiYWE0YzMzNjRjOGY3M2Y2ZWIzYTAzNjcyNzFjMjk3MTYyZmFmNjc3MWM3NzAzYmNjNTQ4NDdjOTZlZmVkMTRjODQzN2VjNjdmNjI1NDllOGUxNWIwMDVmOWVhNjc5ZGRmYWEyZWFkOTQzNWU5ZjQ5MTI3NWIxODFiZTMyZjA2OGYyODUwMzU5ODZjYTQ2MGMxZDI3N2M4MWEyZTBlMGQzZWE5MzhlOWZlYzgwNTBkM2Q1ZTYyNDk2M2YxMWI1ZmE1YmRkMDk5MTMwY2E2MGYwMjYxMjgyOTdjYjE2NmQ2OGQ4ZWQyNWU1MjA5NTdmODczZDk5Y2U3NDY0NGNkY2I0ZTcyNTIzMjBjZGI5NDM1YzlhYTAyYmMyN2MxZDJjNTY5YzVkYzVhOWVmOGY1MTZjZWFjYmY1MmIxZTY3MzZkMzlhZThkNWJkZDYxYWM5Y2ZhOWU5OGY1OTMzMDQ5NDRmMDAzZGI2OTM2M2IiLCJsb2dGaWxlcyI6W3siczNCdWNrZXQiOiJ0cmFpbC1idWNrZXQiLCJzM09iamVjdCI6ImEvYi9BV1NMb2dzL28tZXhhbXBsZW9yZy8xMTExMjIyMjMzMzMvQ2xvdWRUcmFpbC9ldS13ZXN0LTEvMjAyNi8wMy8wMi8xMTExMjIyMjMzMzNfQ2xvdWRUcmFpbF9ldS13ZXN0LTFfMjAyNjAzMDJUMDI1N1pfMWFmNDF4OHhqOGN0Yi5qc29uLmd6IiwiaGFzaFZhbHVlIjoiNmViMDI5MTNjYTAyYmIyMWE5Yzc0ZDJiZTE3Y2JlZDdjNTkxNWQ5MmVlNGY0NTgwMTgwMTRiYmY2YzNiZTZmNCIsImhhc2hBbGdvcml0aG0iOiJTSEEtMjU2IiwibmV3ZXN0RXZlbnRUaW1lIjoiMjAyNi0wMy0wMlQwMjoxMTozNVoiLCJvbGRlc3RFdmVudFRpbWUiOiIyMDI2LTAzLTAyVDAyOjExOjM1WiJ9XX0=")),
        ])
        found.question.usesManifest = false
        found.question.order = 2063995674055112846
        try found.check()
    }

    /// V6: a log file directly in a merged root told where all of its part lie
    @Test func seed1015347() throws {
        var found = try FoundCase(world: 84612, [
            "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T011835Z.json.gz",
            "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0039Z_9proi119s672.json.gz",
        ])
        found.edit(isArrangement: true, [
            .move(AdversaryPlace(root: 0, path: "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T011835Z.json.gz"), AdversaryPlace(root: 0, path: "111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T011835Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0039Z_9proi119s672.json.gz"), AdversaryPlace(root: 0, path: "111122223333_CloudTrail_us-east-1_20260302T0039Z_9proi119s672.json.gz")),
        ])
        found.edit([
            .copy(AdversaryPlace(root: 0, path: "111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T011835Z.json.gz"), AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/AWSLogs/999999999999/CloudTrail-Digest/us-east-1/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T011835Z.json.gz")),
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T011835Z.json.gz"), AdversaryPlace(root: 0, path: "CloudTrail/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T011835Z.json.gz")),
        ])
        found.question.order = 9315158419623605646
        try found.check()
    }

    /// V8: a forged listing of a flat root was held against a file that a verified one lists under another key
    @Test func seed1016922() throws {
        var found = try FoundCase(world: 84743, [
            "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T032435Z.json.gz",
        ])
        found.edit(isArrangement: true, [
            .move(AdversaryPlace(root: 0, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T032435Z.json.gz"), AdversaryPlace(root: 0, path: "111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T032435Z.json.gz")),
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "111122223333_CloudTrail_us-east-1_20260302T0227Z_kya6h2rodm0x.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA6tWCkpNzi9KKVayiq5WSssvSk9NUbIyMq6NrQUAtSrpxBsAAAA=")),
            .write(AdversaryPlace(root: 0, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T002035Z_backfill.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA3VTXW+cMBD8LzyHYK8N9/FGm0apWqlVObVSqggZ23DOGfuEcS5plP8ec8195MLt2zKzo50d8xyxjcs5t970X0U0j3AoCEVCRReRUI10fdGzrl+oVgYCIMhiRGKEF3g2BzQn6e2e+MWIUxosEDqlFeST5yvZB17fMaXj6n97wH9U95IPeP6n+G4bl9hYPrJ2raXtmuR4yeSztl4stjJX2+nEu1gy18c4GbZIEEkQvJspP8yU+5myZcoctYMEIlsbgIKJsmJ8VSutL++dNZfNv/3WP32lFf8mn66VaWS37pQZHAhEZpxVKaIsTTMKQpAMRI0FzvAEanpwrRrDet/JXDe2U/2yDdPFTQ5ptgndryIPVCM3w50fpHkLxHitLyKrxdjndScflPXu6uTs4+ju6GPoDXPL30z7M9IDfLT2qP7O3g7WtrlWWrpo/vc5cmefhDs8hjMZjqYFMLktV08sW0JnRYsej/JaHsxEUwpThkFyyoByXteEBg1MJjKbQiVEyidAmcgQx5zwCiOasSmv5AylIDFmb3InmcUhtLG0zv0+H/IbJ77cvbwCouP1CLIDAAA=")),
        ])
        found.question.order = 9292395212001659674
        try found.check()
    }

    /// V40: of two files of a name in a flat root only one is asked for
    @Test func seed1017423() throws {
        var found = try FoundCase(world: 84785, [
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "a/b/AWSLogs/o-exampleorg/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0051Z_forged.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA6tWCkpNzi9KKVayiq5WSssvSk9NUbKyMDWrja0FAJ0nfogcAAAA")),
            .write(AdversaryPlace(root: 0, path: "a/b/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T012135Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA51Ty27bMBD8F52jiA+97JuSNEjRAi0qowFSFAYlLmWmNGmIZNw2yL+XcuJHHPmQ8qTlzA53d1aPEVvbqm2N1+4jj6YRDoeEQ8OJziIuO7Cudqx3M7mEQCCI5DGiMSIzhKYET2l2tyN+0HyEho9pNb3w7S9wged6JlXcPId7/EtzD+2As6RJqtv6s+lsYmL4zZYrBabvksNCk0tlPJ9tpK42Com3MTDrYpwMlSSIJoi8ypm/yZnvcuZLJvVBOEggummF4NDI+b01+rz7uyv4q2+UbD/Bn2upO+hXvdRD8RzRScuaDKUsy/KUcE5zwgXmOMcFEem+Ydlp5nwPlepML91iGbLrm4pk+TpE3+oqUDWshxE/gH7xQnulziKj+Nj1qocHaby9Opr4OLqd9xh6w+ziO1P+hPQAH5Q9qr9tbwsr011LBTaa/niM7MltsP+/B+9agFGrUYbv5iI8AfzA78V+GFFKaMlLzjMBDWmQKAWBiWBpg1lbENoIURKCWsATNBmezYvwUeZlUWQYoEQvckeex8H0MbdP/Xlv/B8nPv18+geAUaXp7QMAAA==")),
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "AWSLogs/111122223333_CloudTrail_us-east-1_20260302T0051Z_forged.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA6tWCkpNzi9KKVayiq5WyszLSk0uSU1RsjIxsayNrQUAnZ9aMx4AAAA=")),
        ])
        found.edit(isArrangement: true, [
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333_CloudTrail_us-east-1_20260302T0051Z_forged.json.gz"), AdversaryPlace(root: 0, path: "111122223333_CloudTrail_us-east-1_20260302T0051Z_forged.json.gz")),
            .move(AdversaryPlace(root: 0, path: "a/b/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T012135Z.json.gz"), AdversaryPlace(root: 0, path: "111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T012135Z.json.gz")),
        ])
        found.question.start = 1772427096
        found.question.order = 7151552489566895627
        try found.check()
    }

    /// V3: signed digest files of a merged root lie beside one of another account
    @Test func seed2001195() throws {
        var found = try FoundCase(world: 166766, [
            "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260301T234335Z.json.gz",
            "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T061335Z.json.gz",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T0543Z_fl4dw8rickm8.json.gz",
        ])
        found.edit(isArrangement: true, [
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260301T234335Z.json.gz"), AdversaryPlace(root: 0, path: "111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260301T234335Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T061335Z.json.gz"), AdversaryPlace(root: 0, path: "111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T061335Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T0543Z_fl4dw8rickm8.json.gz"), AdversaryPlace(root: 0, path: "111122223333_CloudTrail_eu-west-1_20260302T0543Z_fl4dw8rickm8.json.gz")),
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "444455556666_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T001335Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA6tWCkpNzi9KKVayiq5WyszLSk0uSU1RsjI1qY2tBQDwAPGyHQAAAA==")),
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260301T234335Z.json.gz"), AdversaryPlace(root: 0, path: "sub/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260301T234335Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T061335Z.json.gz"), AdversaryPlace(root: 0, path: "sub/111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T061335Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "111122223333_CloudTrail_eu-west-1_20260302T0543Z_fl4dw8rickm8.json.gz"), AdversaryPlace(root: 0, path: "sub/111122223333_CloudTrail_eu-west-1_20260302T0543Z_fl4dw8rickm8.json.gz")),
            .move(AdversaryPlace(root: 0, path: "444455556666_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T001335Z.json.gz"), AdversaryPlace(root: 0, path: "sub/444455556666_CloudTrail-Digest_eu-west-1_main_us-east-1_20260302T001335Z.json.gz")),
        ])
        found.question.order = 845564118758915914
        try found.check()
    }

    /// V6: an unsigned digest file said that it was put into CloudTrail Lake, and was none of CloudTrail's files
    @Test func seed2015859() throws {
        var found = try FoundCase(world: 167988, [
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "a/b/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T001335Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA62U227bMAyG38XXda2DJVu5y9YWHVZgwxJsQIcikCjaUetYmQ/JtqLvPrmHNE1SDCumO1o/f5EfCd9Get2OAXxfdx9sNIpoOCwcHk50FFlXYttNOt10U7fAIGCEyZjwmNApVSPKR1xcboSntd2V8SmVu7IJf9fDDXZB1zXaVbF5CJ/vP5lrhOFeJyYZf5tc+LJNfIw/9WJZoW/KZLvQ5H3lezu9t7rQN5hgH6+DT0yToY6E8ISwFxmzrYyT+zdnfRujHnJmC+3qrXCwIJywKSGUhzaOr1tfH5e/N+V+7k3l4CP+OnN1ic2ycfVQepDT4bU0FULKLMtzpbQ2BsBaxKJ4bteVte76BsdV6RvXzRche3I+ZkKuQ/RlMg7SGoeOTldYP06i7qvqKPKVPfR52eDK+b49+QvvXd3buT84JBts/5c83yX/svBz3c6/6qofNq9gkJtcWU2RCYuARgDheZalFJQGlqpMESJ4mgmKRhmZK8wySUSGOVgJB813JhOH0ezTexrjgM+ADYLKl2euwjYafb+N2len0L6d+z8BP7zUjF7O6BqYX6X+hyQl2cI83wJrcgoylUUBXOWWsRwCXJVLIzQXKQgmuQEMIcOMFpYWCghQsNQQKtOCPNodRrm33q/9aPYW/rDw7uruD4IZRircBAAA")),
        ])
        found.question.order = 7229420129112257081
        try found.check()
    }

    /// V39: the day of a folder of a merged root was that of the part that came first
    @Test func seed3002833() throws {
        var found = try FoundCase(world: 250236, [
            "AWSLogs/444455556666/CloudTrail-Digest/eu-west-1/2026/03/01/444455556666_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260301T211735Z.json.gz",
            "AWSLogs/444455556666/CloudTrail-Digest/eu-west-1/2026/03/02/444455556666_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260302T021735Z.json.gz",
            "AWSLogs/444455556666/CloudTrail-Digest/eu-west-1/2026/03/02/444455556666_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260302T031735Z.json.gz",
            "AWSLogs/444455556666/CloudTrail-Digest/us-east-1/2026/03/01/444455556666_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T223035Z.json.gz",
            "AWSLogs/444455556666/CloudTrail-Digest/us-east-1/2026/03/01/444455556666_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T233035Z.json.gz",
            "AWSLogs/444455556666/CloudTrail-Digest/us-east-1/2026/03/02/444455556666_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T023035Z.json.gz",
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "AWSLogs/444455556666/CloudTrail-Digest/eu-west-1/2026/03/01/444455556666_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260301T211735Z.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/03/01/444455556666_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260301T211735Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/444455556666/CloudTrail-Digest/eu-west-1/2026/03/02/444455556666_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260302T021735Z.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/03/01/444455556666_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260302T021735Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/444455556666/CloudTrail-Digest/eu-west-1/2026/03/02/444455556666_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260302T031735Z.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/03/01/444455556666_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260302T031735Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/444455556666/CloudTrail-Digest/us-east-1/2026/03/01/444455556666_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T223035Z.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/03/01/444455556666_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T223035Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/444455556666/CloudTrail-Digest/us-east-1/2026/03/01/444455556666_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T233035Z.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/03/01/444455556666_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T233035Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/444455556666/CloudTrail-Digest/us-east-1/2026/03/02/444455556666_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T023035Z.json.gz"), AdversaryPlace(root: 1, path: "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/03/01/444455556666_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T023035Z.json.gz")),
        ])
        found.question.start = 1772406936
        found.question.end = 1772412935
        found.question.order = 17179129456669118390
        try found.check()
    }

    /// V37: of a digest file that is cut off, nobody knows that it is the very file
    @Test func seed9088352() throws {
        var found = try FoundCase(world: 757362, [
            "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T002235Z.json.gz",
            "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T022235Z.json.gz",
        ])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T012235Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA81V328bNwz+X/wc1xKpn3nz1hUdNmDDHGxAiiKgRMq55uwLfHaztuj/Xl7WpWniYNgehurloBNJffzIj/owo5txWetw2O5/5NnpzOoCXahrdjLjbi3jfrWn3f6s24gagIEwNzg3cGbMKcAp+vM7wx+2fMTMPjRb4XeHeiV7tdvvqOvn5a/tl/Nfyhup0/nyj9XPw3pcDHP5kzbXvQy79eI+yMX3/XDgs9swz2+9F4dxLjTu53YxoVgYXBj4yufikc/Fnc/Fhrrtve0UwuBtGursz5+9GYfts/X7O7C/Hkrf1Z/k3Ytuu5bd9a7bTsDZYK5UvHHkfXDAjAG4WbbBRmjuS7Ldekv7w06W/XrYdfvLjXqvXi7Bhxvd/bZaqulWbiZ638r2cx22h74/mQ09H/t9vZO33XAYn/8D2w/tvkXWzUPWvwb9ksbL36k/TD1HDYwNBaOR0AJgzCRQrHUSa84Fs2+NAhYsxdjM3qOUZBtACcHEYI8Gf1CVuZblMXN/l1Btai0m+tCSRW+F0DbDgglaSwHRSaJiIRNHZu0Dj+RDgkDSCMDUklESRnSUrRUXJIQaa7ImRvFBE3OaHVmWmDy1pl/NrlSBlFxxTapJJmWTm1MEkAUQmt5FViB4S0ZSq7Exu2CkNgw5GCctgyhmoBI5u+qohZSrRjNofZaQTY2SfChFXGomOecBrXIdLZaQa0recQNkyRGblxIRU2KqhcGwVyBSpEbKOWNVIzZMni1YKF5PNeUiKg/TtEiaS2JlTsOAb1Q4xMyJQVjIavWMyqoVn1jrahhoKmrwsYTkWlFCyeltoaZagxB7cMqYGI+enSaiYXM0lZR6y5gMBoIWOCtJkBp7TVq12pTHRDXyxLayIBBdQcXJtQSFD6GVJDj1tlQivbvkkpwRLVvV5uiH9Yuul3F2+urDbHxSfeN/09u/EtrxQWbC+QVs1u/Slem49Vflnrwu7wkqZco+OzCthFp0aLWgZGqH5Gpb0VoSWVWcV0WJoM41jNrc2pLatxSLfA53XEKPRtpTT8ujIXfc8OPJN0q2Ob+wQwqb931FEX/zBNlNBVD0sYgNmMykpZYbkvac5KQvSao6t+IkXECyUUXqVaKRY/HTwwL/L9mvP34C5EY=")),
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T002235Z.json.gz"), AdversaryPlace(root: 0, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail/us-east-1/2026/03/02/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T002235Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T012235Z.json.gz"), AdversaryPlace(root: 0, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail/us-east-1/2026/03/02/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T012235Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T022235Z.json.gz"), AdversaryPlace(root: 0, path: "AWSLogs/o-exampleorg/111122223333/CloudTrail/us-east-1/2026/03/02/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T022235Z.json.gz")),
        ])
        found.question.order = 851535986265196752
        try found.check()
    }

    /// V3, V16: a whole content under a broken gzip trailer can be signed, and its file in a log folder is a digest file
    @Test func seed6084917() throws {
        var found = try FoundCase(world: 507076, [])
        found.edit([
            .write(AdversaryPlace(root: 0, path: "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T232135Z.json.gz"), FoundCase.bytes("H4sIAAAAAAAAA5VT207jMBT8Fz8T4mtC+xZgEYiVdkWqXQmEKsd2UrOuw8Y2VUH8O06hF0r6wHmJTmbmeHwmeQF84Qoh2mD9lQRjgGLhWCQWOAJSN8r50vPOT/RcRQKGOEsgSSCaYDzGaEzY7Yb4w8oBGtmnleQ0iH/KR57vuDZJ9d5u8V/VgxI9btrGpcXf8mf/3DWXnpk2yMlKfr5SpcElijufoLQ/PYUkheiTZvpFM91opnOu7U7bj4BkZR+jaP74wbX2uHnemPwdKqPFtVpeaNuo7rHTtjcsIRkJXjFIOWMZxVKSDMsaSZShHNd0e0ndWO5DpwrTtJ32s3lUl5cFZtkidjdlEalWLfq1Pin7sX8bjDkCrZFDrx879aTb4M73tjyMrnc8hF5yN/vDTTgwuod3bA/OX19vDcckL7RRDozvXoA7+AW472X/rdCH40XsdqpG8/8WLZaVy5c7Sc+2awCYykrWkkseExpxJSjkGPEcEgJpzkYRxDQXtK7yuj7JEYEnBDIiGEVcQiE+xu2lncRhQzkf+s++JD9MfL1/fQOdrNow2wMfiwgAAAAAAAADlVPbTuMwFPwXPxPia0L7FmARiJV2RapdCYQqx3ZSs67DxjZVQfw7TqEXSvrAeYlOZuZ4fCZ5AXzhCiHaYP2VBGOAYuFYJBY4AlI3yvnS885P9FxFAoY4SyBJIJpgPMZoTNjthvjDygEa2aeV5DSIf8pHnu+4Nkn13m7xX9WDEj1u2salxd/yZ//cNZeemTbIyUp+vlKlwSWKO5+gtD89hSSF6JNm+kUz3Wimc67tTtuPgGRlH6No/vjBtfa4ed6Y/B0qo8W1Wl5o26jusdO2NywhGQleMUg5YxnFUpIMyxpJlKEc13R7Sd1Y7kOnCtO0nfazeVSXlwVm2SJ2N2URqVYt+rU+KfuxfxuMOQKtkUOvHzv1pNvgzve2PIyudzyEXnI3+8NNODC6h3dsD85fX28NxyQvtFEOjO9egDv4BbjvZf+t0IfjRex2qkbz/xYtlpXLlztJz7ZrAJjKStaSSx4TGnElKOQY8RwSAmnORhHENBe0rvK6PskRgScEMiIYRVxCIT7G7aWdxGFDOR/6z74kP0x8vX99A52s2jDbAw==")),
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T232135Z.json.gz"), AdversaryPlace(root: 1, path: "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/40/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260301T232135Z.json.gz")),
        ])
        found.question.order = 7380316670141775707
        try found.check()
    }

    /// V31, V41: of copies of an unsigned digest the last one counts, folder by folder
    @Test func seed6040770() throws {
        var found = try FoundCase(world: 503397, [
            "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260301T232935Z.json.gz",
            "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260302T002935Z.json.gz",
            "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_se_cond-t.1_us-east-1_20260301T221335Z.json.gz",
            "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_se_cond-t.1_us-east-1_20260301T231335Z.json.gz",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2136Z_2n7t0l2bxz25p.json.gz",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2230Z_11oy7asap71qs.json.gz",
        ])
        found.edit([
            .copy(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_se_cond-t.1_us-east-1_20260301T231335Z.json.gz"), AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/AWSLogs/111122223333_CloudTrail-Digest_us-east-1_se_cond-t.1_us-east-1_20260301T231335Z.json.gz")),
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260301T232935Z.json.gz"), AdversaryPlace(root: 0, path: "AWSLogs/111122223333_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260301T232935Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/AWSLogs/111122223333_CloudTrail-Digest_us-east-1_se_cond-t.1_us-east-1_20260301T231335Z.json.gz"), AdversaryPlace(root: 0, path: "AWSLogs/111122223333_CloudTrail-Digest_us-east-1_se_cond-t.1_us-east-1_20260301T231335Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260302T002935Z.json.gz"), AdversaryPlace(root: 0, path: "AWSLogs/111122223333_CloudTrail-Digest_eu-west-1_se_cond-t.1_us-east-1_20260302T002935Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/111122223333_CloudTrail-Digest_us-east-1_se_cond-t.1_us-east-1_20260301T221335Z.json.gz"), AdversaryPlace(root: 0, path: "AWSLogs/111122223333_CloudTrail-Digest_us-east-1_se_cond-t.1_us-east-1_20260301T221335Z.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2136Z_2n7t0l2bxz25p.json.gz"), AdversaryPlace(root: 0, path: "AWSLogs/111122223333_CloudTrail_us-east-1_20260301T2136Z_2n7t0l2bxz25p.json.gz")),
            .move(AdversaryPlace(root: 0, path: "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/01/111122223333_CloudTrail_us-east-1_20260301T2230Z_11oy7asap71qs.json.gz"), AdversaryPlace(root: 0, path: "AWSLogs/111122223333_CloudTrail_us-east-1_20260301T2230Z_11oy7asap71qs.json.gz")),
        ])
        found.question.regions = ["eu-west-1"]
        found.question.usesManifest = false
        found.question.order = 11084869839528366728
        try found.check()
    }

    /// V37: log files that lie elsewhere are one finding a folder, and two roots hold some
    @Test func seed7800485() throws {
        var found = try FoundCase(world: 650040, [
            "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T041135Z.json.gz",
            "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T051135Z.json.gz",
            "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0320Z_2y6xunflc091y.json.gz",
            "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0430Z_8peryc6derqj.json.gz",
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T041135Z.json.gz"), AdversaryPlace(root: 0, path: "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T041135Z.json.gz")),
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T051135Z.json.gz"), AdversaryPlace(root: 1, path: "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T051135Z.json.gz")),
        ])
        found.edit([
            .move(AdversaryPlace(root: 0, path: "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0320Z_2y6xunflc091y.json.gz"), AdversaryPlace(root: 1, path: "111122223333_CloudTrail_us-east-1_20260302T0320Z_2y6xunflc091y.json.gz")),
        ])
        found.question.order = 9906717354230325144
        try found.check()
    }
}
