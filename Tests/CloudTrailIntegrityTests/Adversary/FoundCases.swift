// swift-format-ignore-file
// Printed by the search, to be read beside docs/verdicts.md: no line of it is written by hand.

import Testing

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
}
