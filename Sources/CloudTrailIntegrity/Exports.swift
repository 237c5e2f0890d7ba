// What of the modules below belongs to this library's API.
@_exported public import struct CloudTrailFormat.ChainIdentity
@_exported public import struct CloudTrailFormat.Limits
@_exported public import struct CloudTrailFormat.ObjectKey
@_exported public import struct CloudTrailFormat.SignatureManifest
@_exported public import struct CloudTrailFormat.SignatureManifestError
@_exported public import struct CloudTrailFormat.SignatureMetadata
@_exported public import struct CloudTrailFormat.Timestamp
@_exported public import struct CloudTrailFormat.TimestampError
@_exported public import struct CloudTrailRules.ExpectedChain
@_exported public import enum CloudTrailRules.FindingKind
@_exported public import struct CloudTrailRules.ObjectReadError
@_exported public import enum CloudTrailRules.Selection
@_exported public import enum CloudTrailRules.Severity
@_exported public import struct CloudTrailRules.TrailSelector
@_exported public import enum CloudTrailRules.Verdict
