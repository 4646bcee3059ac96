#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""rogue.py WHAT [HIVE [LOG]...]: a reader that misbehaves, for the tests of
commands.

Without HIVE it speaks the session's protocol, and reads logs. It answers with a
root key that is called as the mode of the run, or "shot"; what it does beside
or instead of that WHAT says. What it does to logs it does to the first one."""
import json
import os
import signal
import sys
import time

LEAVE = '{"event":"key_leave"}'
END = '{"event":"end","result":"accept"%s}'


def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def forever():
    while True:
        time.sleep(60)


def stay(handler=None):
    """A process of its own session, without a parent, that holds all that this
    one has."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            if handler is not None:
                signal.signal(signal.SIGTERM, handler)
            forever()
        os._exit(0)
    os.wait()


def flood(text):
    while True:
        say(text)


def hog():
    blocks = []
    while True:
        blocks.append(b"x" * (64 << 20))


def spin():
    while True:
        pass


def busy():
    """More than half of what the test allows for one hive."""
    start = time.process_time()
    while time.process_time() - start < 1.1:
        pass


def edit(path, mode="r+b"):
    with open(path, mode) as hive:
        hive.write(b"REGF")


def replace(path):
    with open(path + ".new", "wb") as hive:
        hive.write(b"regf")
    os.rename(path + ".new", path)


def litter(path):
    """Files that only the folder's end can remove."""
    os.makedirs(os.path.join(os.path.dirname(path), "a", "b"))
    with open(path + ".journal", "wb") as journal:
        journal.write(b"x" * 100)


def name_log(logs):
    """Its name is the hive's, and one that nothing can be remembered by."""
    path, = logs
    hive = sys.argv[2] if len(sys.argv) > 2 else None
    if not path.endswith(".LOG1") or hive not in (None, path[:-5]):
        os._exit(9)


# What is done before the answer, to the logs ...
TO_LOGS = {
    "edit-log": lambda logs: edit(logs[0]),
    "longer-log": lambda logs: edit(logs[0], "ab"),
    "replace-log": lambda logs: replace(logs[0]),
    "delete-log": lambda logs: os.unlink(logs[0]),
    "litter-log": lambda logs: edit(logs[0][:-1] + "2", "wb"),
    "name-log": name_log,
}

# ... and else.
BEFORE = {
    "segv": lambda path: os.kill(os.getpid(), signal.SIGSEGV),
    "raise": lambda path: [][1],
    "hang": lambda path: forever(),
    "stopped": lambda path: os.kill(os.getpid(), signal.SIGSTOP),
    "deaf": lambda path: (signal.signal(signal.SIGTERM, signal.SIG_IGN),
                          signal.signal(signal.SIGXCPU, signal.SIG_IGN),
                          forever()),
    "spin": lambda path: spin(),
    "busy": lambda path: busy(),
    "hog": lambda path: hog(),
    "daemon": lambda path: stay(),
    "deaf-daemon": lambda path: (stay(signal.SIG_IGN), os._exit(0)),
    "edit": edit,
    "replace": replace,
    "delete": os.unlink,
    "litter": litter,
    "lines": lambda path: flood(
        '{"event":"damage","field":"' + 4000 * "x" + '"}\n'),
    "long-line": lambda path: flood("x" * 65536),
    "stderr": lambda path: [os.write(2, b"e" * 65536) for _ in iter(int, 1)],
    "nested": lambda path: say('{"event":' + "[" * 1000000 + "\n"),
    "nested-objects": lambda path: say('{"a":' * 1000000 + "\n"),
    "latin1": lambda path: os.write(1, b'{"event":"hive","x":"\xe4"}\n'),
    "utf16": lambda path: os.write(1, '{"event":"hive"}\n'.encode("utf-16")),
    "surrogate": lambda path: os.write(1, b'{"x":"\xed\xa0\x80"}\n'),
    "utf8-bom": lambda path: os.write(1, b"\xef\xbb\xbf"),
    "nul": lambda path: os.write(1, b"\0\n"),
    "text": lambda path: say("Reading...\n"),
    "leave-first": lambda path: say('{"event":"hive"}\n' + LEAVE + "\n"),
    "no-such-event": lambda path: say('{"event":"keys"}\n'),
    "other-schema": lambda path: say('{"event":"end","result":"accept",'
                                     '"schema":"hiveproof-events/2"}\n'),
    "early-end": lambda path: (say('{"event":"hive"}\n'
                                   '{"event":"key_enter","name":"x"}\n'
                                   + END % "" + "\n"), os._exit(0)),
}

# What is done behind the answer, before the end line ...
MIDDLE = {
    "silent": lambda: os._exit(0),
    "silent-1": lambda: os._exit(1),
    "half-line": lambda: (say('{"event":"end","resu'), os._exit(0)),
    "half-end": lambda: (say('{"event":"end","result":"accept"}'), os._exit(0)),
    "closed": lambda: (os.close(1), forever()),
}

# ... and behind that.
AFTER = {
    "exit-1": lambda: os._exit(1),
    "then-segv": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "then-more": lambda: (say('{"event":"hive"}\n'), os._exit(0)),
    "then-hang": forever,
}


def answer(what, path, logs, name, seq):
    BEFORE.get(what, lambda path: None)(path)
    TO_LOGS.get(what, lambda logs: None)(logs)
    lines = ['{"event":"hive"}',
             '{"event":"key_enter","name":%s}' % json.dumps(name), LEAVE]
    if what == "order":
        lines = ['{"event":"hive"}', '{"event":"value","name":"v"}']
    say("\n".join(lines) + "\n")
    MIDDLE.get(what, lambda: None)()
    end = "" if seq is None else ',"seq":%d' % (seq + (what == "other-case"))
    if what == "no-seq":
        end = ""
    say(END % end + "\n")


def session(what):
    if what == "no-start":
        os._exit(0)
    for line in sys.stdin:
        order = json.loads(line)
        if order["cmd"] == "start":
            about = {"name": "rogue", "version": str(os.getpid()),
                     "capabilities": ["class", "forensic", "logs"]}
            say(json.dumps(about if what != "bad-start" else []) + "\n")
        elif order["cmd"] == "run":
            answer(what, order["path"], order.get("logs", []), order["mode"],
                   order["seq"])
            AFTER.get(what, lambda: None)()
        elif what == "bad-stop":
            os._exit(3)
        elif what == "deaf-stop":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            forever()
        else:
            return


def main():
    what = sys.argv[1]
    if len(sys.argv) == 2:
        session(what)
    else:
        answer(what, sys.argv[2], sys.argv[3:], "shot", None)
        AFTER.get(what, lambda: None)()


main()
