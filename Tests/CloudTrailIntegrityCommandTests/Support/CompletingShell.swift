import Foundation
import Testing

/// A shell that loads the script made for it and is asked what it would complete a command line to.
enum CompletingShell: String, CaseIterable {
    case bash, zsh, fish

    var isInstalled: Bool {
        ["/bin", "/usr/bin", "/usr/local/bin"].contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(rawValue)")
        }
    }

    /// What each line can go on with, in a folder that holds `archive.d/` and `keys.json`.
    ///
    /// Where a shell completes files itself, its answer is what it was told to do, in angle brackets.
    func candidates(for lines: [String]) throws -> [Set<String>] {
        let folder = try TestFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path + "/work/archive.d",
            withIntermediateDirectories: true
        )
        _ = try folder.makeFile("work/keys.json")
        for (index, line) in lines.enumerated() {
            try Data("\(line)\n".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/line\(index)"))
        }
        let ending = try CommandProcess(script: script, [folder.path, "\(lines.count)"]).end()
        try #require(ending.status == 0, "\(ending.errors)")
        return try lines.indices.map { index in
            let found = try? folder.text("found\(index)")
            return Set(try #require(found, "\(ending.errors)").split(separator: "\n").map(String.init))
        }
    }

    /// `$1` is the command, `$2` the folder, `$3` the number of lines.
    private var script: String {
        let ask =
            switch self {
            case .bash: "exec bash --norc ask"
            case .zsh: "exec zsh -f ask"
            case .fish: "exec fish --no-config ask"
            }
        return #"""
            set -e
            cd "$2"
            "$1" --generate-completion-script \#(rawValue) > script
            cp script _cloudtrail-integrity
            cat > ask <<'END'
            \#(askingScript)
            END
            cat > .zshrc <<'END'
            \#(Self.zshSettings)
            END
            export HOME="$2" COUNT="$3" TERM=dumb
            \#(ask)
            """#
    }

    private var askingScript: String {
        switch self {
        case .bash:
            // A line is split as readline splits it, with each equals sign a word of its own.
            #"""
            compopt() { echo "<$2>"; }
            . ./script
            complete -p cloudtrail-integrity > registered
            cd work
            for ((n = 0; n < COUNT; n++)); do
                IFS= read -r line < ../line$n
                IFS=' ' read -ra COMP_WORDS <<< "${line//=/ = }"
                [[ $line == *' ' ]] && COMP_WORDS+=('')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                { _cloudtrail_integrity && printf '%s\n' "${COMPREPLY[@]}"; } > ../found$n
            done
            """#
        case .zsh:
            // Completion works only in a line editor, and that only on a terminal.
            #"""
            zmodload zsh/zpty
            zpty asked 'ZDOTDIR=$HOME zsh -d -i'
            while zpty -r asked ignored; do :; done
            """#
        case .fish:
            #"""
            source ./script
            cd work
            for n in (seq 0 (math $COUNT - 1))
                complete -C (cat ../line$n) | string replace -r '\t.*' '' > ../found$n
            end
            true
            """#
        }
    }

    private static let zshSettings = #"""
        fpath=($HOME $fpath)
        autoload -Uz compinit
        compinit -D -u
        cd $HOME/work
        compadd() {
            local -a found
            builtin compadd "$@"
            local -i added=$?
            # A call with one of these only asks.
            [[ -n ${argv[(r)-[ADO]]} ]] && return added
            builtin compadd -O found "$@"
            print -rl -- $found >> $HOME/found$number
            return added
        }
        capture() {
            _main_complete
            compstate[insert]='' compstate[list]=''
        }
        zle -C capture complete-word capture
        zle-line-init() {
            for ((number = 0; number < COUNT; number++)); do
                : > $HOME/found$number
                BUFFER=$(<$HOME/line$number)
                CURSOR=$#BUFFER
                zle capture
            done
            exit
        }
        zle -N zle-line-init
        """#
}
