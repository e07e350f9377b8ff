"""Signals to a run, `wf abort`, a terminal that goes away: in order, with the right exit code, and no survivor."""
import os
import pty
import signal
import subprocess

from wftest import WfTest, clean_environment, main, wait_until


class Interrupts(WfTest):
    def setUp(self):
        super().setUp()
        self.ready = self.fifo("ready")

    def patient(self, script="sleep 300 & wait", trap=":"):
        """A definition whose task says that it is up, leaves daemons behind and does not end by itself."""
        daemons = "setsid sleep 300 &\n(setsid sh -c 'sleep 300 & exec sleep 300' &)\n"
        return self.one_task("%s\n%secho up > %s\n%s" % (trap, daemons, self.ready, script), outputs={"x": "int"})

    def started(self, path, *arguments, **options):
        process = self.start("run", path, "-o", "json", "--name", "a", *arguments, **options)
        self.hear(self.ready)
        return process

    def assert_aborted(self, process, code, message):
        done = self.finish(process)
        self.assertEqual(done.code, code, done)
        self.assertEqual((done.json["state"], done.json["counts"]["aborted"]), ("aborted", 1))
        self.assertIn(message, done.json["cause"]["message"])
        self.assertEqual(self.query("SELECT state FROM run"), [("aborted",)])
        self.assertEqual(self.query("SELECT state FROM execution"), [("aborted",)])
        self.assertEqual(self.query("SELECT state FROM attempt"), [("aborted",)])
        self.assertEqual(self.query("SELECT 1 FROM cache_entry"), [])
        self.assert_no_process()

    def test_each_signal_aborts_in_order(self):
        for number, code, message in ((signal.SIGINT, 130, "SIGINT"), (signal.SIGTERM, 143, "SIGTERM")):
            with self.subTest(number):
                process = self.started(self.patient())
                process.send_signal(number)
                self.assert_aborted(process, code, message)
            os.rename(self.store, self.store + message)

    def test_hang_up(self):
        process = self.started(self.patient())
        process.send_signal(signal.SIGHUP)
        self.assert_aborted(process, 143, "SIGHUP")

    def test_a_task_may_clean_up_and_even_succeed(self):
        process = self.started(self.patient(trap="trap 'echo cleaned > %s; echo 5 > $x; exit 0' TERM" % self.path("notes")))
        process.send_signal(signal.SIGINT)
        done = self.finish(process)
        self.assertEqual((done.code, self.lines("notes")), (130, ["cleaned"]))
        self.assertEqual(self.query("SELECT state FROM execution"), [("succeeded",)], "what was done is kept")
        self.assert_no_process()

    def test_the_second_signal_kills_at_once(self):
        """The task ignores SIGTERM and would use up the grace."""
        told = self.fifo("told")
        process = self.started(self.patient("while :; do sleep 300 & wait; done", trap="trap 'echo > %s' TERM" % told))
        process.send_signal(signal.SIGINT)
        self.hear(told)
        process.send_signal(signal.SIGINT)
        self.assert_aborted(process, 130, "SIGINT")

    def test_a_stopped_task_is_ended_too(self):
        process = self.started(self.patient("kill -STOP $$"))
        process.send_signal(signal.SIGTERM)
        self.assert_aborted(process, 143, "SIGTERM")

    def test_the_terminal_goes_away(self):
        leader, follower = pty.openpty()
        process = subprocess.Popen(["setsid", "-c", *self.arguments("run", self.patient(), "--name", "a")], cwd=self.folder,
                                   stdin=follower, stdout=follower, stderr=follower, env=clean_environment({"TERM": "xterm"}))
        self.addCleanup(self._end, process)
        os.close(follower)
        self.hear(self.ready)
        os.close(leader)
        wait_until(lambda: process.poll() is not None, "wf has seen that its terminal is gone")
        self.assertEqual(self.query("SELECT state FROM run"), [("aborted",)])
        self.assert_no_process()

    def test_control_c_in_a_terminal(self):
        leader, follower = pty.openpty()
        process = subprocess.Popen(["setsid", "-c", *self.arguments("run", self.patient(), "--name", "a")], cwd=self.folder,
                                   stdin=follower, stdout=follower, stderr=follower, env=clean_environment({"TERM": "xterm"}))
        self.addCleanup(self._end, process)
        os.close(follower)
        self.hear(self.ready)
        os.write(leader, b"\x03")
        wait_until(lambda: process.poll() is not None, "Ctrl-C has ended wf")
        os.close(leader)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.query("SELECT state FROM run"), [("aborted",)])
        self.assert_no_process()

    def test_wf_abort_ends_a_run_of_another_process(self):
        process = self.started(self.patient())
        self.wf("abort", "a", "--cause", "wrong data")
        self.assert_aborted(process, 6, "wrong data")
        self.assertIn("had ended already", self.wf("abort", "a").err)

    def test_wf_abort_with_bytes_that_are_no_text(self):
        process = self.started(self.patient())
        self.wf("abort", "a", "--cause", os.fsdecode(b"why \xff"))
        self.assert_aborted(process, 6, "why")
        self.wf("run", self.path("probe.yaml"), "--name", "a", code=6)

    def test_wf_abort_of_a_run_whose_driver_is_dead(self):
        process = self.started(self.patient())
        process.kill()
        process.communicate()
        wait_until(lambda: self.wf("abort", "a", "--cause", "gave up").out.endswith("was dead\n") or
                   self.query("SELECT state FROM run") == [("aborted",)], "the driver is known to be dead")
        self.assertIn(self.query("SELECT state FROM execution"), ([], [("aborted",)]), "it may have died before it was recorded")
        self.assertIn("gave up", self.query("SELECT cause FROM run")[0][0])
        self.assert_no_process()

    def test_a_reader_that_goes_away_does_not_end_the_run(self):
        path = self.one_task("echo up > %s; echo 1 > $x" % self.ready, outputs={"x": "int"})
        process = subprocess.Popen(self.arguments("run", path), cwd=self.folder, env=clean_environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self._end, process)
        process.stdout.close()
        process.stderr.close()
        self.hear(self.ready)
        process.wait(60)
        self.assertEqual(self.query("SELECT state FROM run"), [("succeeded",)])


if __name__ == "__main__":
    main()
