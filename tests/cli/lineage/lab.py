"""A folder with a store and small workflows, and wf to run in it."""
from wftest import WfTest

# split -> score (mapped) -> best -> report: a plain node, a map with a list and a plain file, and a gathering.
PIPE = """\
wf: v1
name: pipe
inputs:
  table: {type: file, default: table.txt}
  ks: {type: list<int>, default: [1, 2, 3]}
tasks:
  split:
    inputs: {table: file}
    outputs: {head: file, tail: file}
    script: |
      echo "splitting" >&2
      head -n 2 "$table" > "$head"
      tail -n 2 "$table" > "$tail"
  score:
    inputs: {head: file, k: int}
    outputs: {score: int, page: file}
    script: |
      echo "scoring $k"
      echo $((k * 10)) > "$score"
      { echo "page $k"; cat "$head"; } > "$page"
  report:
    inputs: {scores: list<int>, pages: list<file>, tail: file}
    outputs: {report: file, folder: directory}
    script: |
      cat "$tail" "$scores" "$pages"/* > "$report"
      mkdir "$folder/sub"
      wc -c < "$report" > "$folder/sub/size.txt"
      echo inside > "$folder/inside.txt"
nodes:
  split: {task: split, with: {table: $inputs.table}}
  score: {task: score, map: {k: $inputs.ks}, with: {head: $split.head}}
  report: {task: report, with: {scores: $score.score, pages: $score.page, tail: $split.tail}}
outputs:
  report: $report.report
  folder: $report.folder
  scores: $score.score
"""

# Takes any file: joined to pipe by a reference or by equal bytes.
NEXT = """\
wf: v1
name: next
inputs:
  text: file
tasks:
  count:
    inputs: {text: file}
    outputs: {lines: int}
    script: wc -l < "$text" > "$lines"
nodes:
  count: {task: count, with: {text: $inputs.text}}
outputs:
  lines: $count.lines
"""

BROKEN = """\
wf: v1
name: broken
tasks:
  fail:
    outputs: {never: int}
    script: |
      echo "on the way"
      printf 'it \\033[31mhurts\\n' >&2
      exit 3
nodes:
  fail: {task: fail}
outputs:
  never: $fail.never
"""


FORMS = ("tree", "table", "json", "jsonl", "yaml", "dot", "mermaid", "html")


class Lab(WfTest):
    def setUp(self):
        super().setUp()
        for name, text in {"pipe.yaml": PIPE, "next.yaml": NEXT, "broken.yaml": BROKEN,
                           "table.txt": "a 1\nb 2\nc 3\nd 4\n"}.items():
            self.write(name, text)
        super().wf("init")

    def wf(self, *arguments, code=0):
        return super().wf(*arguments, code=code).out

    def said(self, *arguments, code=0):
        return super().wf(*arguments, code=code).err

    def json(self, *arguments, code=0):
        return super().wf(*arguments, "-o", "json", code=code).json

    def run_pipe(self, *arguments):
        """Runs pipe and gives the id of its run."""
        self.wf("run", "pipe.yaml", *arguments)
        return self.json("ls", "-n", "1")["runs"][0]["run"]
