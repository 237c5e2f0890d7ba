internal import CloudTrailFormat
internal import CloudTrailIntegrity

/// `text` as XML 1.0 and HTML take it between tags and in quotes, without anything that could steer what shows it: that becomes
/// an escape such as `\u{1b}`, and so does all that XML cannot hold.
func xmlText(_ text: String) -> String {
    var result = ""
    for scalar in escaped(text).unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&apos;"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
