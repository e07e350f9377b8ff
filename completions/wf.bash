# bash completion for wf: source it, or install it as /usr/share/bash-completion/completions/wf.
# wf itself knows the candidates; names with '@', '=' or ':' are words of several pieces to bash.
_wf() {
  local line=${COMP_LINE:0:COMP_POINT} words current=${COMP_WORDS[COMP_CWORD]} candidate
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("") current=
  words=("${words[@]//[\\\'\"]/}")                      # wf wants the words as they will be, without quotes
  local word=${words[-1]} whole
  whole=${word%"${word##*["$COMP_WORDBREAKS"]}"}        # what bash has cut off, and adds again
  [[ $current == [@=:] ]] && current=
  COMPREPLY=()
  while IFS=$'\t' read -r candidate _; do
    case $candidate in
      :files) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current") && compopt -o filenames ;;
      :folders) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$current") && compopt -o filenames ;;
      *) COMPREPLY+=("${candidate#"$whole"}") ;;
    esac
    [[ $candidate == *[][=:/] && $candidate != *] ]] && compopt -o nospace
  done < <("${words[0]}" __complete -- "${words[@]:1}" 2> /dev/null)
}
complete -F _wf wf
