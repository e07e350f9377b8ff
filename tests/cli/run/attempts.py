"""What tests of attempts share: tasks that fail some times, and the ledger of their attempts."""
from wftest import WfTest, task, wait_until

QUICK = {"base": "1ms", "jitter": 0}


class AttemptsTest(WfTest):
    def flaky(self, failures, how="exit 3", **more):
        """Fails so many times before it succeeds; counts in a file."""
        script = "echo . >> %s; test $(wc -l < %s) -gt %d || { echo oops >&2; %s; }; echo 7 > $y" % (
            self.path("count"), self.path("count"), failures, how)
        return task(script, outputs={"y": "int"}, **dict({"retry": QUICK}, **more))

    def one(self, flaky, node=None, outputs=True, **more):
        return self.define({"t": flaky}, {"n": dict({"task": "t"}, **(node or {}))}, {}, {"y": "$n.y"} if outputs else {}, **more)

    def tries(self):
        return len(self.lines("count"))

    def ledger(self, run="a", node="n"):
        return [(one["attempt"], one["state"], one["category"], one["charged"]) for one in self.attempts(run, node)]

    def attempts(self, run="a", node="n"):
        one, = self.wf("explain", run, node, "--attempts", "-o", "json").json["executions"]
        return one["attempts"]

    def wait_for_a_retry(self):
        wait_until(lambda: self.peek("SELECT 1 FROM attempt WHERE delay_ns IS NOT NULL"), "it waits to try again")
