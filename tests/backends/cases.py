"""The contract of a task, case by case: what it is given, what it gives, and what it meets on the way."""
from wftest import task

SHOW = "for f in $(cd \"$1\" && find . -type f | sort); do echo \"$f $(cat \"$1/$f\")\"; done"

# name -> (task, inputs). Outputs are compared by content.
CASES = {
    "scalars": (task("printf '%s|%s|%s|%s' \"$i\" \"$f\" \"$b\" \"$s\" > $x; echo 7 > $n; echo true > $t; echo 1.50 > $r",
                     {"i": "int", "f": "float", "b": "bool", "s": "string"},
                     {"x": "string", "n": "int", "t": "bool", "r": "float"}),
                {"i": "-4", "f": "2.50", "b": "true", "s": "a  b\nü $(id) '; #\n"}),
    "times": (task("echo $d $u > $x; echo $d > $e; echo 90s > $v", {"d": "datetime", "u": "duration"},
                   {"x": "string", "e": "datetime", "v": "duration"}),
              {"d": "2026-02-28T23:59:59.5Z", "u": "1h30m"}),
    "optional": (task("echo \"${o-unset}\" > $x", {"o": "int?"}, {"x": "string", "y": {"type": "int?"}}), {"o": "null"}),
    "file": (task("cat $f > $x; ls -l $f | cut -c1-10 > $y; head -c 3000 /dev/zero > $z", {"f": "file"},
                  {"x": "file", "y": "string", "z": "file"}), {"f": "a.txt"}),
    "directory": (task("set -- $d; " + SHOW + " > $x; mkdir $o/deep; cp -r $d/* $o/deep; chmod +x $o/deep/one; ln -s deep/one $o/link",
                       {"d": "directory"}, {"x": "string", "o": "directory"}), {"d": "folder"}),
    "lists": (task("set -- $l; " + SHOW + " > $x; for i in 1 2 10; do echo $i > $o/$i.txt; done; echo $n > $m",
                   {"l": "list<file>", "n": "list<int>"}, {"x": "string", "o": "list<file>", "m": "string"}),
              {"l": '["a.txt","b.txt"]', "n": "[3,1,2]"}),
    "maps": (task("set -- $m; " + SHOW + " > $x; echo 1 > $o/one; echo 2 > $o/two.txt", {"m": "map<file>"},
                  {"x": "string", "o": "map<file>"}), {"m": '{"k1":"a.txt","k.2":"b.txt"}'}),
    "record": (task("python3 -c \"import json,os; r=json.load(open(os.environ['r'])); "
                    "json.dump({'n': r['n']+1, 'f': os.environ['o2']}, open(os.environ['o'],'w'))\"",
                    {"r": {"type": {"record": {"n": "int", "t": "string"}}}}, {"o": {"type": {"record": {"n": "int", "f": "string"}}}},
                    env={"o2": "said"}), {"r": '{"n":1,"t":"x"}'}),
    "union": (task("echo \"$u\" > $x; echo '\"word\"' > $o", {"u": "int|string"}, {"x": "string", "o": "int|string"}), {"u": "text"}),
    "json": (task("cat $j > $o", {"j": "json"}, {"o": "json"}), {"j": '{"a":[1,2.5,null,true,"ü"]}'}),
    "environment": (task("env | cut -d= -f1 | grep -v '^PATH$\\|^PWD$\\|^SHLVL$\\|^_$' | sort > $x; pwd | grep -c \"^$WF_WORK\\$\" > $y; "
                         "ls -A . | sort > $l; umask > $u; echo $HOME/ $TMPDIR/ $TZ $LANG | grep -c $WF_ATTEMPT > $h",
                         {}, {"x": "string", "y": "int", "l": "string", "u": "string", "h": "int"}, env={"OWN": "said"}), {}),
    "arguments": (task(["python3", "-c", "import os,sys; open(sys.argv[1],'w').write(repr(sys.argv[2:]))", "$outputs.x", "a b", "$(inputs.n)",
                        "*", "$inputs.l", ""], {"n": "int", "l": "list<string>"}, {"x": "string"}),
                  {"n": "5", "l": '["x y","$(id)"]'}),
    "shell": (task("import os\nopen(os.environ['x'], 'w').write('from python')\n", {}, {"x": "string"}, shell=["python3"]), {}),
    "temporary": (task("echo kept > $TMPDIR/a; echo also > /tmp/b; cat $TMPDIR/a /tmp/b > $x; rm /tmp/b", {}, {"x": "string"}), {}),
    "streams": (task("echo out; echo err >&2; printf 'no end'; printf '\\377\\000' >&2; echo 1 > $x", {}, {"x": "int"}), {}),
    "checkpoint": (task("echo 1 >> $WF_CHECKPOINT/n; wc -l < $WF_CHECKPOINT/n > $x", {}, {"x": "int"}, checkpoint=True), {}),
    "children": (task("(sleep 1000; echo late > $x) & echo early > $x", {}, {"x": "string"}), {}),
}

# Those that fail: what is recorded of them is compared.
FAILURES = {
    "code": task("echo told >&2; exit 37"),
    "signal": task("kill -SEGV $$"),
    "no_program": task(["no-such-program"]),
    "no_file": task(["./no-such-file"]),
    "not_executable": task(["./.wf-script"]),
    "no_output": task("true", {}, {"x": "string"}),
    "wrong_output": task("echo many > $x", {}, {"x": "int"}),
    "timeout": task("trap 'exit 9' TERM; sleep 1000 & wait", timeout="1s"),
}
