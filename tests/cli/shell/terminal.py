"""Programs on a pseudo terminal, as a person sees them."""
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios

from wftest import DEADLINE, Done, clean_environment


def on_terminal(arguments, env=None, cwd=None, columns=80, rows=24, after="", keys=""):
    """Runs a command whose terminal has a size; what it showed is in `out`.

    Once it has shown `after`, `keys` are typed.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = clean_environment({"TERM": "xterm-256color", **(env or {})})
    process = subprocess.Popen(arguments, env=environment, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs,
                               start_new_session=True,
                               preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    os.close(theirs)
    shown = b""
    try:
        while True:
            if not select.select([ours], [], [], DEADLINE)[0]:
                raise AssertionError("nothing more came after %r" % shown)
            try:
                piece = os.read(ours, 65536)
            except OSError:  # EIO: the last one who had the terminal is gone
                piece = b""
            if not piece:
                break
            shown += piece
            if keys and after.encode() in shown:
                os.write(ours, keys.encode())
                keys = ""
        process.wait(DEADLINE)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    done = Done(subprocess.CompletedProcess([], process.returncode, shown.decode(errors="replace"), ""))
    done.out = done.out.replace("\r\n", "\n")
    return done
