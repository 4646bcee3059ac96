#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""runner.py [OPTION]... -- PROGRAM [ARGUMENT]...

Runs PROGRAM on every hive beside this file and writes what it printed to a
file that `hiveproof conform judge` judges on any machine. Needs nothing but
Python 3.6.

PROGRAM prints the text stream: JSON lines, the last one {"event":"end",...}.
In its arguments {} stands for the hive's name and {mode} for strict or
forensic; where there is no {}, the hive is its standard input. An argument
{logs} becomes the names of the hive's transaction logs, each an argument; they
lie beside the hive. Without it a hive that has some is not supported.

    --out FILE        the results (default results.jsonl, which must not exist)
    --mode MODE       strict or forensic (default)
    --timeout S       seconds for one hive (default 20)
    --output-limit N  bytes that may be printed for one (default: 128 MiB and
                      20 times the hive)
    --group G         only that group; may be given again
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import uuid

PIECE = 1 << 16


def arguments():
    parser = argparse.ArgumentParser(
        description="Runs a hive parser on every hive beside this file.")
    parser.add_argument("--out", default="results.jsonl")
    parser.add_argument("--mode", default="forensic",
                        choices=["strict", "forensic"])
    parser.add_argument("--timeout", type=float, default=20)
    parser.add_argument("--output-limit", type=int, default=0)
    parser.add_argument("--group", action="append", default=[])
    parser.add_argument("program", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if options.program[:1] == ["--"]:
        del options.program[0]
    if not options.program:
        parser.error("no program was given")
    return options


def read(stream, limit, kept, over):
    """Takes what the program prints, up to `limit` bytes."""
    size = 0
    while True:
        piece = stream.read(PIECE)
        if not piece:
            return
        size += len(piece)
        if size > limit:
            over.set()
            return
        kept.append(piece)


def words_of(options, hive, logs):
    for word in options.program:
        if word == "{logs}":
            yield from logs
        else:
            yield word.replace("{mode}", options.mode).replace("{}", hive)


def run(options, hive, logs, size):
    """(what was printed, how it failed or None)."""
    named = any("{}" in word for word in options.program)
    words = list(words_of(options, hive, logs))
    limit = options.output_limit or (128 << 20) + 20 * size
    kept, over = [], threading.Event()
    with open(hive, "rb") as source:
        try:
            child = subprocess.Popen(
                words, stdin=subprocess.DEVNULL if named else source,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        except OSError as error:
            sys.exit("runner.py: %s: %s" % (words[0], error))
        reader = threading.Thread(target=read, daemon=True,
                                  args=(child.stdout, limit, kept, over))
        reader.start()
        reader.join(options.timeout)
        late = reader.is_alive()
        if late or over.is_set():
            child.kill()
        try:
            code = child.wait(options.timeout)
        except subprocess.TimeoutExpired:
            late, code = True, None
            child.kill()
            child.wait()
    output = b"".join(kept)
    if over.is_set():
        return output, "exhaustion"
    if late:
        return output, "hang"
    return output, None if code == 0 else "crash"


def lines_of(output):
    """The lines if they are a stream with an end, or None."""
    lines = output.split(b"\n")
    try:
        texts = [line.decode("utf-8") for line in lines if line.strip()]
        if texts and json.loads(texts[-1]).get("event") == "end":
            return texts
    except (UnicodeDecodeError, ValueError, AttributeError, RecursionError):
        pass
    return None


def content_of(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def run_on_copy(options, vector, folder):
    """run() on a copy of the hive and its logs."""
    private = tempfile.mkdtemp(prefix="hiveproof-")
    hive = os.path.join(private, uuid.uuid4().hex)
    files = {}
    try:
        for name in [vector["hive"], *vector.get("logs", [])]:
            suffix = name[len(vector["hive"]):]
            files[hive + suffix] = content_of(
                os.path.join(folder, *name.split("/")))
            with open(hive + suffix, "wb") as file:
                file.write(files[hive + suffix])
        output, failed = run(options, hive, list(files)[1:],
                             sum(map(len, files.values())))
        modified = any(content_of(path) != content
                       for path, content in files.items())
    finally:
        shutil.rmtree(private, ignore_errors=True)
    return output, failed or ("input_modified" if modified else None)


def case(options, vector, folder, out):
    if "logs" in vector and "{logs}" not in options.program:
        out.write(json.dumps({"case": vector["id"], "mode": options.mode})
                  + '\n{"event":"end","result":"unsupported",'
                  '"reason":"the command has no {logs}"}\n')
        return
    output, failed = run_on_copy(options, vector, folder)
    lines = lines_of(output)
    if failed is None and lines is None:
        failed = "crash"  # the end line is the verdict
    out.write(json.dumps({"case": vector["id"], "mode": options.mode}) + "\n")
    if failed is None:
        out.write("\n".join(lines) + "\n")
    else:
        out.write(json.dumps({"failed": failed}) + "\n")


def main():
    options = arguments()
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "vectors.jsonl"), encoding="utf-8") as file:
        vectors = [json.loads(line) for line in file]
    vectors = [vector for vector in vectors
               if not options.group or vector["group"] in options.group]
    if not vectors:
        sys.exit("runner.py: no vector is in that group")
    random.shuffle(vectors)
    with open(options.out, "x", encoding="utf-8", newline="\n") as out:
        for number, vector in enumerate(vectors, 1):
            case(options, vector, folder, out)
            if sys.stderr.isatty():
                print("\r%d of %d" % (number, len(vectors)), end="",
                      file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print("%d results in %s; now: hiveproof conform judge %s"
          % (len(vectors), options.out, options.out))


if __name__ == "__main__":
    main()
