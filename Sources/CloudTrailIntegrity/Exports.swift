// What of the modules below belongs to this library's API.
@_exported public import struct CloudTrailFormat.ChainIdentity
@_exported public import struct CloudTrailFormat.Limits
@_exported public import struct CloudTrailFormat.ObjectKey
@_exported public import struct CloudTrailFormat.SignatureManifest
@_exported public import struct CloudTrailFormat.SignatureManifestError
@_exported public import struct CloudTrailFormat.SignatureMetadata
@_exported public import struct CloudTrailFormat.Timestamp
@_exported public import struct CloudTrailFormat.TimestampError
