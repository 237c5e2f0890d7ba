import Foundation

/// The programs that the pages download with, in place of those of the same names: they serve the folder `bucket`, and the
/// metadata in a signature manifest.
struct Downloaders {
    /// What the environment has to hold.
    let environment: [String: String]

    /// - Parameters:
    ///   - folder: Where `bucket` is, and the programs are put.
    ///   - manifest: The path of the signature manifest.
    init(in folder: String, manifest: String) throws {
        environment = ["BUCKET_FOLDER": folder + "/bucket", "BUCKET_MANIFEST": manifest]
        for (name, text) in [("aws", Self.aws), ("rclone", Self.rclone), ("s5cmd", Self.s5cmd)] {
            try Self.put(name, text, in: folder)
        }
    }

    /// Puts a program into a folder.
    static func put(_ name: String, _ text: String, in folder: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
    }

    /// What lies beside the bucket in `later` is delivered when the first sync has ended.
    private static let aws = """
        #!/bin/sh
        set -eu
        case "$1 $2" in
        "s3api head-object")
            [ "$3 $4 $5" = "--bucket example-trail-bucket --key" ]
            line=$(grep -F "\\"key\\":\\"$6\\"" "$BUCKET_MANIFEST")
            echo "$line" | sed 's/.*"metadata"/{"Metadata"/'
            ;;
        "s3 sync")
            from=$BUCKET_FOLDER/${3#s3://example-trail-bucket/}
            to=$4
            case "$*" in *--include*) kind=digests ;; *--exclude*) kind=logs ;; *) kind=all ;; esac
            (cd "$from" && find . -type f | sort) | while read -r name; do
                case $kind-$name in
                digests-*/CloudTrail-Digest/*) ;;
                digests-* | logs-*/CloudTrail-Digest/*) continue ;;
                esac
                cmp -s "$from/$name" "$to/$name" && continue
                mkdir -p "$to/$(dirname "$name")"
                cp "$from/$name" "$to/$name"
            done
            later=$(dirname "$BUCKET_FOLDER")/later
            if [ -d "$later" ]; then cp -r "$later/." "$BUCKET_FOLDER" && rm -r "$later"; fi
            ;;
        "cloudtrail list-public-keys") cat "$(dirname "$BUCKET_MANIFEST")/keys.json" ;;
        *) exit 64 ;;
        esac
        """

    /// `copy -M` sets extended attributes, `lsjson -R -M` lists the metadata.
    private static let rclone = """
        #!/usr/bin/env python3
        import json, os, shutil, sys

        metadata = {}
        with open(os.environ["BUCKET_MANIFEST"]) as manifest:
            for line in manifest:
                entry = json.loads(line)
                metadata[entry["key"]] = entry["metadata"]
        command, options = sys.argv[1], sys.argv[2:]
        [remote] = [option for option in options if option.startswith("s3:")]
        prefix = remote.removeprefix("s3:example-trail-bucket/")
        source = os.path.join(os.environ["BUCKET_FOLDER"], prefix)
        listed = []
        for folder, _, names in os.walk(source):
            for name in names:
                file = os.path.join(folder, name)
                path = os.path.relpath(file, source)
                known = metadata.get(f"{prefix}/{path}") if "-M" in options else None
                if command == "copy":
                    target = os.path.join(options[-1], path)
                    os.makedirs(os.path.dirname(target), exist_ok=True)
                    shutil.copyfile(file, target)
                    for key, value in (known or {}).items():
                        os.setxattr(target, "user." + key, value.encode())
                elif "-R" in options and "_CloudTrail-Digest_" in name:
                    listed.append({"Path": path, "Name": name, "Size": os.path.getsize(file), "IsDir": False})
                    if known:
                        listed[-1]["Metadata"] = known
        if command == "lsjson":
            print(json.dumps(listed, indent=0))
        """

    private static let s5cmd = """
        #!/bin/sh
        set -eu
        [ "$1" = head ]
        line=$(grep -F "\\"key\\":\\"${2#s3://example-trail-bucket/}\\"" "$BUCKET_MANIFEST")
        echo "$line" | sed 's#.*"metadata"#{"key":"'"$2"'","size":1,"metadata"#'
        """
}
