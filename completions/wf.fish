# fish completion for wf: put it into ~/.config/fish/completions. wf itself knows the candidates.
function __wf_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l name (string match -r '^.*=' -- $word) # "--out=": a path begins behind it
    set -l path (string replace -r '^.*=' '' -- $word)
    for candidate in ($words[1] __complete -- $words[2..-1] (string unescape -- $word) 2>/dev/null)
        switch $candidate
            case :files
                string replace -r '^' -- "$name" (__fish_complete_path $path)
            case :folders
                string replace -r '^' -- "$name" (__fish_complete_directories $path)
            case '*'
                echo $candidate
        end
    end
end
complete -c wf -f -a '(__wf_complete)'
