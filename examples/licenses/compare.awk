# Reads "text, word, count" lines of all texts, one text after the other. Writes to $similarity the share
# of words that each two texts have in common (shared / all), and to $nearest, as JSON, the text most like
# each.

BEGIN {
  FS = OFS = "\t"
  matrix = ENVIRON["similarity"]
  nearest = ENVIRON["nearest"]
}

$1 != name[texts] { name[++texts] = $1 }
{ size[texts]++; holders[$2] = holders[$2] " " texts }

END {
  for (word in holders) {
    n = split(holders[word], at, " ")
    for (i = 1; i <= n; i++)
      for (j = 1; j <= n; j++) shared[at[i], at[j]]++
  }
  printf "text" > matrix
  for (i = 1; i <= texts; i++) printf "\t%s", name[i] > matrix
  print "" > matrix
  printf "{" > nearest
  for (i = 1; i <= texts; i++) {
    printf "%s", name[i] > matrix
    best = 0
    for (j = 1; j <= texts; j++) {
      alike = shared[i, j] / (size[i] + size[j] - shared[i, j])
      printf "\t%.4f", alike > matrix
      if (j != i && (!best || alike > highest)) { best = j; highest = alike }
    }
    print "" > matrix
    if (best) {
      printf "%s\n  %s: {\"text\": %s, \"similarity\": %.4f}", (i > 1 ? "," : ""),
        quote(name[i]), quote(name[best]), highest > nearest
    }
  }
  print "\n}" > nearest
}

function quote(text) {
  gsub(/[\\"]/, "\\\\&", text)
  return "\"" text "\""
}
