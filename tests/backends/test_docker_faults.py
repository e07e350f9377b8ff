"""Answers that are lost, drivers and engines that are killed: one container for an attempt, none left, the true end."""
import os
import signal

from container_engine import TOOLS, engine
from engine_proxy import LOSSES, Proxy
from test_docker import WAIT, Meeting
from wftest import main, wait_until

COUNT = "echo 1 >> $WF_CHECKPOINT/n; "  # how often a task has begun, whoever began it


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

    def test_an_abort_when_the_store_does_not_know_of_a_container(self):
        """It is made before the store hears of the attempt."""
        for what in ("create", "start"):
            with self.subTest(what):
                self.store = self.path(what)
                self.die_at("after", what)
                self.wf("abort", "killed")
                self.assert_no_container()

    def test_containers_that_could_not_be_removed(self):
        """An abort without the engine says so; whoever comes next removes them."""
        for what in ("gc", "run"):
            with self.subTest(what):
                self.store = self.path(what)
                process = self.start("run", self.counting(WAIT), "--name", "given-up")
                self.here()
                self.kill(process)
                process.wait()
                said = self.wf("abort", "given-up", env={"DOCKER_HOST": "unix:///nowhere.sock"}).err
                self.assertIn("containers of the run may be left", said)
                self.assertEqual(len(self.engine.containers()), 1)
                self.wf("gc") if what == "gc" else self.run_file(self.counting("echo other; "))
                self.assert_no_container()

    def test_what_a_task_writes_for_the_next_driver(self):
        """Nothing of its folder is believed, or followed."""
        victim = self.write("victim", "precious")
        path = self.counting("ln -s %s ../taken-over; " % victim + WAIT)
        process = self.start("run", path, "--name", "orphaned")
        waiting = self.here()
        self.kill(process)
        process.wait()
        resumed = self.start("resume", "orphaned", "-o", "json")
        wait_until(lambda: len(self.peek("SELECT 1 FROM attempt")) == 2, "the next driver has begun")
        self.let_go([folder for folder in self.here() if os.path.exists(folder)] or waiting)
        self.assertEqual(self.finish(resumed).json["outputs"], {"x": 1})
        self.assertEqual(self.read("victim"), "precious")

    def test_a_driver_of_a_driver_of_a_driver(self):
        """A container is taken over twice."""
        process = self.start("run", self.counting(WAIT), "--name", "orphaned", "-o", "json")
        self.here()
        for count in (1, 2):
            self.kill(process)
            process.wait()
            process = self.start("resume", "orphaned", "-o", "json")
            wait_until(lambda count=count: len(self.peek("SELECT 1 FROM attempt")) == count + 1, "the next driver has begun")
        self.let_go(folder for folder in self.here() if os.path.exists(folder))
        self.assertEqual(self.finish(process).json["outputs"], {"x": 1})
        self.assertEqual([row[4] for row in self.attempts()], ["lost", "lost", "succeeded"])
        self.assert_no_container()

    def test_killed_at_each_call(self):
        for stage in ("before", "during", "after"):
            for what in ("create", "start", "wait", "remove"):
                with self.subTest("%s %s" % (stage, what)):
                    self.kill_at(stage, what)

    def test_who_took_it_over_dies_before_it_says_so(self):
        """The store does not know of the container, but of an attempt that was to take it over."""
        self.die_at("after", "create")
        self.die_at("after", "start", "resume", "killed")
        self.assertEqual(self.resume("killed")["outputs"], {"x": 1})
        self.assert_no_container()

    def die_at(self, stage, what, *command):
        """A run whose driver is killed when it says that for the first time."""
        struck, killed = [], []

        def strike(call):
            if call.what == what and not struck:
                struck.append(call)
                self.kill(process)
                killed.append(call)
            return "unheard" if call.what == what and stage == "before" else None

        first, last = (lambda call: None, strike) if stage == "after" else (strike, lambda call: None)
        proxy = Proxy(self.engine.socket, self.path("proxy.sock"), first, last)
        self.host = proxy.host
        process = self.start(*(command or ("run", self.counting(), "--name", "killed")))
        process.wait()
        wait_until(lambda: killed, "its driver is dead as well")
        proxy.close()
        self.host = self.engine.host

    def kill_at(self, stage, what):
        self.store = self.path("%s-%s" % (stage, what))
        self.die_at(stage, what)
        done = self.resume("killed")
        self.assertEqual(done["outputs"], {"x": 1})
        self.assert_no_container()


class Refusals(Counting):
    """An engine that says that it has failed is asked again."""

    def times(self, what, count):
        refused = []

        def rule(call):
            if call.what != what or len(refused) == count:
                return None
            refused.append(call)
            return "refused"

        return rule, refused

    def test_a_signal(self):
        rule, refused = self.times("kill", 2)
        self.through(rule)
        process = self.start("run", self.counting(WAIT), "-o", "json")
        self.here()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(process).code, 143)
        self.assertEqual(len(refused), 2)
        self.assert_no_container()

    def test_the_end(self):
        rule, refused = self.times("wait", 3)
        self.through(rule)
        self.assertEqual(self.run_file(self.counting()).json["outputs"], {"x": 1})
        self.assertEqual((len(refused), [row[1] for row in self.attempts()]), (3, [1]))

    def test_a_container_that_stays(self):
        self.through(self.times("remove", 1000)[0])
        done = self.run_file(self.counting(), "--name", "left")
        self.assertIn("containers of the run may be left: wf-", done.err)
        self.host = self.engine.host
        self.wf("gc")
        self.assert_no_container()


class Others(Counting):
    def test_who_stops_a_container(self):
        """Whatever the task makes of that, the fault is not its own."""
        path = self.counting("trap 'exit 9' TERM; " + WAIT)
        process = self.start("run", path, "-o", "json")
        (first,) = self.here()
        (one,) = self.engine.containers()
        self.engine.call("POST", "/containers/%s/stop" % one["Id"])
        self.let_go(folder for folder in self.here(2) if folder != first)
        self.assertEqual(self.finish(process).json["outputs"], {"x": 2})
        self.assertEqual([row[4] for row in self.attempts()], ["failed", "succeeded"])


class EngineDies(Counting):
    def run_over(self, own):
        """A run while its engine is killed and started anew; what came of it."""
        self.engine, self.host = own, own.host
        process = self.start("run", self.counting(WAIT), "--name", "over", "-o", "json")
        waiting = self.here()
        own.kill()
        return process, waiting

    def test_nobody_waits_for_a_dead_engine_who_wants_to_end(self):
        own = engine("--live-restore")
        process, _ = self.run_over(own)

        def has_ended():
            process.send_signal(signal.SIGINT)
            return process.poll() is not None

        wait_until(has_ended, "it has ended, asked more than once")
        done = self.finish(process)
        self.assertIn(done.code, (130, -signal.SIGINT), done)  # the last one may find nobody who handles it any more
        self.assertIn("containers of the run may be left", done.err)
        own.up()
        self.wf("gc")
        self.assert_no_container()

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
