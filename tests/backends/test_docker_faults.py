"""Answers that are lost, drivers and engines that are killed: one container for an attempt, none left, the true end."""
import os
import signal

from container_engine import TOOLS, engine
from proxy import LOSSES, Proxy
from test_docker import WAIT, Meeting
from wftest import main, wait_until

COUNT = "echo 1 >> $WF_CHECKPOINT/n; "  # how often a task has begun, whoever began it


def is_dead(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] in "ZX"
    except OSError:
        return True


class Counting(Meeting):
    def counting(self, script="", **more):
        """A task whose output says how often it was begun."""
        return self.one_task(COUNT + script + "wc -l < $WF_CHECKPOINT/n > $x", {}, {"x": "int"}, image=TOOLS, checkpoint=True, **more)

    def through(self, rule, after=lambda call: None):
        proxy = Proxy(self.engine.socket, self.path("proxy.sock"), rule, after)
        self.addCleanup(proxy.close)
        self.host = proxy.host
        return proxy


class Losses(Counting):
    def first_time(self, what, loss):
        """Loses the first call of that kind."""
        lost = []

        def rule(call):
            if call.what != what or lost:
                return None
            lost.append(call)
            return loss

        return rule, lost

    def test_each_call_is_lost_once(self):
        for what in ("create", "start", "wait", "remove"):
            for loss in LOSSES:
                with self.subTest("%s %s" % (what, loss)):
                    rule, lost = self.first_time(what, loss)
                    proxy = Proxy(self.engine.socket, self.path("proxy.sock"), rule)
                    self.host = proxy.host
                    self.store = self.path("%s-%s" % (what, loss))
                    done = self.run_file(self.counting()).json
                    proxy.close()
                    self.assertEqual(done["outputs"], {"x": 1})
                    self.assertEqual([row[1] for row in self.attempts()], [1])
                    self.assertEqual(len(lost), 1)
                    self.assert_no_container()

    def test_the_true_end_whatever_the_engine_says(self):
        rule, lost = self.first_time("wait", "unanswered")
        self.through(rule)
        path = self.one_task("exit 37", image=TOOLS, retries=0)
        self.run_file(path, code=1)
        self.assertEqual((self.attempts()[0][5], len(lost)), (37, 1))


class Deaths(Counting):
    def kill(self, process):
        """Keeper and driver at once, as when the power of their machine goes."""
        with open("/proc/%d/task/%d/children" % (process.pid, process.pid), encoding="utf-8") as file:
            children = [int(pid) for pid in file.read().split()]
        for pid in [process.pid, *children]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for pid in children:
            wait_until(lambda pid=pid: is_dead(pid), "the driver is dead")

    def resume(self, name):
        self.host = self.engine.host
        return self.wf("resume", name, "-o", "json").json

    def test_a_running_container_is_taken_over(self):
        path = self.counting(WAIT)
        process = self.start("run", path, "--name", "orphaned")
        waiting = self.here()
        (before,) = self.engine.containers()
        self.kill(process)
        process.wait()
        resumed = self.start("resume", "orphaned", "-o", "json")
        wait_until(lambda: len(self.peek("SELECT 1 FROM attempt")) == 2, "the next driver has begun")
        (after,) = self.engine.containers()
        self.assertEqual(after["Id"], before["Id"])
        self.let_go([folder for folder in self.here() if os.path.exists(folder)] or waiting)
        done = self.finish(resumed)
        self.assertEqual(done.json["outputs"], {"x": 1}, done)
        self.assertEqual([row[4] for row in self.attempts()], ["lost", "succeeded"])
        self.assert_no_container()

    def test_a_container_that_ended_meanwhile(self):
        path = self.counting(WAIT)
        process = self.start("run", path, "--name", "ended")
        waiting = self.here()
        self.kill(process)
        process.wait()
        self.let_go(waiting)
        wait_until(lambda: self.engine.containers()[0]["State"] == "exited", "it has ended")
        self.assertEqual(self.resume("ended")["outputs"], {"x": 1})
        self.assert_no_container()

    def test_an_abort_after_the_driver_died(self):
        process = self.start("run", self.counting(WAIT), "--name", "given-up")
        self.here()
        self.kill(process)
        process.wait()
        self.wf("abort", "given-up")
        self.assertEqual(self.engine.containers(), [])

    def test_killed_at_each_call(self):
        for stage in ("before", "after"):
            for what in ("create", "start", "wait", "remove"):
                with self.subTest("%s %s" % (stage, what)):
                    self.kill_at(stage, what)

    def kill_at(self, stage, what):
        name = "%s-%s" % (stage, what)
        self.store = self.path(name)
        struck, killed = [], []

        def strike(call):
            if call.what == what and not struck:
                struck.append(call)
                self.kill(process)
                killed.append(call)
            return "unheard" if call.what == what and stage == "before" else None

        proxy = Proxy(self.engine.socket, self.path("proxy.sock"),
                      strike if stage == "before" else lambda call: None, strike if stage == "after" else lambda call: None)
        self.host = proxy.host
        process = self.start("run", self.counting(), "--name", "killed")
        process.wait()
        wait_until(lambda: killed, "its driver is dead as well")
        proxy.close()
        done = self.resume("killed")
        self.assertEqual(done["outputs"], {"x": 1})
        self.assert_no_container()


class EngineDies(Counting):
    def run_over(self, own):
        """A run while its engine is killed and started anew; what came of it."""
        self.engine, self.host = own, own.host
        process = self.start("run", self.counting(WAIT), "--name", "over", "-o", "json")
        waiting = self.here()
        own.kill()
        return process, waiting

    def test_containers_that_live_on(self):
        own = engine("--live-restore")
        process, waiting = self.run_over(own)
        own.up()
        self.let_go(waiting)
        done = self.finish(process)
        self.assertEqual(done.json["outputs"], {"x": 1}, done)
        self.assertEqual([row[4] for row in self.attempts()], ["succeeded"])
        self.assert_no_container()

    def test_containers_that_end_while_nobody_looks(self):
        own = engine("--live-restore")
        process, waiting = self.run_over(own)
        self.let_go(waiting)
        wait_until(lambda: self.ended(waiting), "it has ended")
        own.up()
        done = self.finish(process)
        self.assertEqual(done.json["outputs"], {"x": 1}, done)
        self.assertEqual([row[5] for row in self.attempts()], [0])
        self.assert_no_container()

    def ended(self, waiting):
        return os.path.exists(os.path.join(os.path.dirname(waiting[0]), "exit.json"))

    def test_containers_that_die_with_it(self):
        own = engine("--live-restore=false")
        process, waiting = self.run_over(own)
        own.up()
        (first,) = waiting
        self.let_go(folder for folder in self.here(2) if folder != first)
        done = self.finish(process)
        self.assertEqual(done.json["outputs"], {"x": 2}, done)
        self.assertEqual([row[4] for row in self.attempts()], ["failed", "succeeded"])
        self.assert_no_container()


if __name__ == "__main__":
    main()
