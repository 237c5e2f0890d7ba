/// What every page of HTML has.
enum HTMLPage {
    /// What it begins with, up to the first line of its body.
    ///
    /// - Parameter policy: What the page may load and run.
    static func head(_ title: String, policy: String, _ facts: RunFacts) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="\(policy)">
        <meta name="referrer" content="no-referrer">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="generator" content="\(RunFacts.tool) \(xmlText(facts.version))">
        <title>\(xmlText(title))</title>
        <style>\(HTMLReport.style)</style>
        </head>
        <body>
        """
    }

    /// The class of a verdict with these words.
    static func outcome(_ verdict: String) -> String {
        verdict.hasPrefix("NOT VALID") ? "violated" : verdict.hasPrefix("NOT PROVEN") ? "unverified" : "valid"
    }
}
