"""What differs from run to run in the output of wf, and what stands for it in a transcript."""
import getpass
import re
import socket

USER = "ada@laptop"
MASKS = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "RUN"),
    (r"\b(run|git) [0-9a-f]{12}\b", r"\1 ID"),
    (r"(\d{4}-\d\d-\d\d[ T])?\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"\b\d+(\.\d+)?(ms|s|m)\b", "TOOK"),
    (r"linux/\w+", "PLATFORM"),
    (r"\b(by process) \d+", r"\1 PID"),
    (r" +", " "),  # columns are as wide as what is masked
]


def masked(text, *more):
    """For comparing: everything that varies, and the width of columns, is the same. `more` are masks that come first."""
    for pattern, word in [*more, *MASKS]:
        text = re.sub(pattern, word, text)
    return text


def unplaced(text, places):
    """The text as if it came from somebody else's machine: her name, its host, her folders."""
    host = socket.gethostname()
    for actual, shown in {**places, "%s@%s" % (getpass.getuser(), host): USER, " on %s " % host: " on laptop "}.items():
        text = text.replace(actual, shown)
    return text
