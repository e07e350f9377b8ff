"""What real shells offer behind a begun line: the same, from the same description."""
import os
import shutil
import unittest

from terminal import on_terminal
from wftest import PATH, SOURCE, WF, WfTest, call, main

COMPLETIONS = os.path.join(SOURCE, "completions")

BASH = r"""
compopt() { :; }
source "$1"
function=$(complete -p wf) && function=${function#* -F } && function=${function% wf}
COMP_LINE=$2 COMP_POINT=${#2}
read -ra COMP_WORDS <<< "${2//[@=]/ & }"
[[ $2 == *' ' ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
"$function"
printf '%s\n' "${COMPREPLY[@]}"
"""

# Notes down what is added to the candidates, and leaves after the first completion.
ZSHRC = r"""
PROMPT=READY
fpath=("$COMPLETIONS" $fpath)
autoload -Uz compinit && compinit -D -u
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a __hits __descriptions
  (( $@[(I)-d] )) && __descriptions=("${(@P)${@[$[${@[(i)-d]}+1]]}}")
  builtin compadd -A __hits -D __descriptions "$@"
  print -rl -- "${(@Q)__hits}" >> $HITS
  print -rl -- "${__descriptions[@]}" >> $HITS.descriptions
}
comppostfuncs=(exit)
"""


class Shells(WfTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shells = {"bash": cls.bash, "zsh": cls.zsh, "fish": cls.fish}
        missing = [name for name in cls.shells if shutil.which(name) is None]
        if missing:
            raise unittest.SkipTest("needs " + " and ".join(missing))

    def setUp(self):
        super().setUp()
        self.env = {"WF_STORE": self.store, "PATH": os.path.dirname(WF) + ":" + PATH, "HOME": self.folder,
                    "XDG_CONFIG_HOME": self.path("config"), "XDG_DATA_HOME": self.path("data"),
                    "COMPLETIONS": COMPLETIONS}
        script = self.one_task('echo "$n" > $x', {"n": "int"}, {"x": "file"}, map_over=["n"],
                               defaults={"n": [4, 5]})
        self.wf("register", script, "--label", "v1")
        self.wf("run", "probe@v1", "--name", "nightly")

    def bash(self, line):
        done = call(["bash", "-c", BASH, "bash", os.path.join(COMPLETIONS, "wf.bash"), line], env=self.env,
                    cwd=self.folder)
        self.assertEqual((done.code, done.err), (0, ""))
        return done.out.split("\n")

    def fish(self, line):
        script = "source %s/wf.fish; complete -C %s" % (COMPLETIONS, "'%s'" % line)
        done = call(["fish", "--no-config", "-c", script], env=self.env, cwd=self.folder)
        self.assertEqual((done.code, done.err), (0, ""))
        return done.out.split("\n")

    def zsh(self, line):
        self.write(".zshrc", ZSHRC)
        hits = self.path("hits")
        on_terminal(["zsh", "-d", "-i"], env=dict(self.env, ZDOTDIR=self.folder, HITS=hits), cwd=self.folder,
                    after="READY", keys=line + "\t")
        self.descriptions = self.read("hits.descriptions") if os.path.exists(hits) else ""
        found = self.read("hits").split("\n") if os.path.exists(hits) else []
        for name in (hits, hits + ".descriptions"):
            if os.path.exists(name):
                os.remove(name)
        return found

    def offered(self, shell, line):
        """The candidates, without what bash had cut off and without descriptions."""
        return sorted({one.split("\t")[0] for one in self.shells[shell](self, line) if one})

    def all_offer(self, line, *candidates, tail=None):
        """Every shell offers just these; in bash `tail` of them, behind its word breaks."""
        for shell in self.shells:
            with self.subTest(shell=shell, line=line):
                expected = tail if shell == "bash" and tail else candidates
                self.assertEqual(self.offered(shell, line), sorted(expected))

    def test_commands(self):
        self.all_offer("wf reg", "register")
        self.all_offer("wf project ", "create", "list", "show")

    def test_options_and_choices(self):
        self.all_offer("wf run --ref", "--refresh")
        self.all_offer("wf ls --state f", "failed")
        self.all_offer("wf ls --state=f", "--state=failed", tail=["failed"])

    def test_names_from_the_store(self):
        (digest,), = self.query("SELECT lower(substr(hex(version), 1, 12)) FROM registration")
        self.all_offer("wf version show probe@", *("probe@" + one for one in (digest, "latest", "v1")), tail=sorted([digest, "latest", "v1"]))
        self.all_offer("wf version show probe@l", "probe@latest", tail=["latest"])
        self.all_offer("wf show nigh", "nightly")
        self.all_offer("wf logs nightly t", "t", "t[")
        self.all_offer("wf artifact get nightly/t/", "nightly/t/x")
        self.all_offer("wf run probe@v1 -i ", "n=")

    def test_paths(self):
        self.write("somewhere/inner.yaml", "")
        for shell in self.shells:
            with self.subTest(shell=shell):
                self.assertIn("probe.yaml", self.offered(shell, "wf lint prob"))
                folder = self.offered(shell, "wf run probe@v1 --out=some")
                self.assertEqual([one.rstrip("/").split("=")[-1] for one in folder], ["somewhere"])

    def test_descriptions(self):
        self.assertIn("register\tStore definitions as versions", self.fish("wf reg"))
        self.assertIn("nightly\tprobe, succeeded", self.fish("wf show nigh"))
        self.zsh("wf show nigh")
        self.assertRegex(self.descriptions, "nightly +-- probe, succeeded")


if __name__ == "__main__":
    main()
