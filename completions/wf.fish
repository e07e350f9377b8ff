# fish completion for wf: put it into ~/.config/fish/completions. wf itself knows the candidates.
function __wf_complete
    set -l words (commandline -opc) (commandline -ct)
    for candidate in ($words[1] __complete -- $words[2..-1] 2>/dev/null)
        switch $candidate
            case :files
                __fish_complete_path (commandline -ct)
            case :folders
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $candidate
        end
    end
end
complete -c wf -f -a '(__wf_complete)'
