# Copies each text to the folder $files under its number, and writes the list of names to $names.
# The order of a list of files is that of their names, so the number keeps the two lists in step.

quote() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

found=()
for path in "$texts"/*; do
  name=${path##*/}
  # shellcheck disable=SC2053 # an unquoted right side is what makes it a pattern
  if [[ -f $path && ! -L $path && $name == $pattern ]]; then
    cp "$path" "$files/$(printf '%04d' ${#found[@]})"
    found+=("$(quote "$name")")
  fi
done

if ((${#found[@]} == 0)); then
  echo "no text in the folder has a name like '$pattern'" >&2
  exit 1
fi
(IFS=, && printf '[%s]\n' "${found[*]}") > "$names"
echo "${#found[@]} texts"
