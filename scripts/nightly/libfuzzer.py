# SPDX-License-Identifier: Apache-2.0
"""libFuzzer in fork mode: one process that starts others, and goes on after
what they find."""
import os
import random
import re
import shutil

from fuzz_targets import FOREIGN
from nightly.build import options
from nightly.slice import Instance, files, link, numbers, remove

# slow-unit is no finding.
KINDS = ("crash", "leak", "timeout", "oom")
SLOW = "slow-unit"
LINE = re.compile(r"#(\d+)\S*\s.*?cov: (\d+)(?: ft: (\d+))?.*?corp: (\S+) "
                  r".*?exec/s:? (\d+)")
# A bug in somebody else's parser nobody here mends: fuzzing goes on after it.
GOES_ON = ("-fork=1", "-ignore_crashes=1", "-ignore_timeouts=1",
           "-ignore_ooms=1")
# Seconds for one input, in a long slice; where each find hangs, a slice has time
# for more than HANGS of them. Triage gives each the whole time.
TIMEOUT, HANGS, MEMORY = 10, 60, 2560
SPARE = 512  # MiB that its own process may take
# Seconds of a slice that is too short for all inputs: it gets some, as many as
# the slowest targets read in a quarter of it on a busy machine.
SHORT, READ_A_SECOND = 180, 10
MERGED = "merged"


def quiet(environment):
    """Names of functions are the triage's business: here they cost seconds."""
    return {**environment,
            "ASAN_OPTIONS": environment.get("ASAN_OPTIONS", "") + ":symbolize=0",
            "UBSAN_OPTIONS": environment.get("UBSAN_OPTIONS", "") +
            ":symbolize=0"}


def some(slice_):
    """A folder with other inputs each time."""
    folder = slice_.work / "some"
    most = slice_.seconds * READ_A_SECOND // len(slice_.corpora)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for place, corpus in enumerate(slice_.corpora):
        inputs = files(corpus)
        for path in random.Random(slice_.number).sample(
                inputs, min(most, len(inputs))):
            link(path, folder / f"{place}-{path.name}")
    return folder


class LibFuzzer:
    name = "libfuzzer"

    def __init__(self, folder):
        self.folder = folder

    def command(self, target, work, memory, timeout=TIMEOUT):
        """What all runs of a target have in common, and their environment."""
        arguments, environment = options(self.folder, target)
        for name in ("artifacts", "corpus", "tmp"):
            (work / name).mkdir(parents=True, exist_ok=True)
        limit = min(MEMORY, max(memory // 2, memory - SPARE))
        if target in FOREIGN:
            arguments.append("-detect_leaks=0")
        return ([self.folder / target, *arguments, f"-timeout={timeout}",
                 f"-rss_limit_mb={limit}", "-print_funcs=0",
                 "-reload=0", f"-artifact_prefix={work}/artifacts/"],
                quiet({**environment, "TMPDIR": str(work / "tmp")}))

    def instances(self, slice_):
        command, environment = self.command(
            slice_.target, slice_.work, slice_.memory // slice_.cores,
            max(1, min(TIMEOUT, slice_.seconds // HANGS)))
        corpora = [some(slice_)] if slice_.seconds < SHORT else slice_.corpora
        command += [f"-fork={slice_.cores}", *GOES_ON[1:],
                    f"-max_total_time={slice_.seconds}",
                    slice_.work / "corpus", *corpora]
        return [Instance("fork", command, environment, slice_.work / "log")]

    def merge(self, target, work, memory, into, corpora):
        """The instance that puts into the folder `into` what reaches something
        that is not reached by smaller files."""
        command, environment = self.command(target, work, memory)
        return Instance(MERGED, [*command, "-merge=1", into, *corpora],
                        environment, work / "merge.log")

    @staticmethod
    def numbers(instance, _work):
        """From the last line of the log that has any."""
        try:
            with open(instance.log, "rb") as log:
                log.seek(max(0, os.fstat(log.fileno()).st_size - 65536))
                said = log.read().decode(errors="replace")
        except FileNotFoundError:
            said = ""
        lines = LINE.findall(said)
        if not lines:
            return numbers()
        runs, edges, features, _, rate = lines[-1]
        return numbers(executions=int(runs), edges=int(edges),
                       features=int(features or 0), rate=float(rate))

    @staticmethod
    def found(work):
        """(path, kind, instance) of each input that failed; kind is None of
        slow ones."""
        for path in files(work / "artifacts"):
            kind = next((kind for kind in (*KINDS, SLOW)
                         if path.name.startswith(f"{kind}-")), None)
            if kind:
                yield path, kind if kind in KINDS else None, "fork"

    @staticmethod
    def corpus(work):
        """Folders with what was reached."""
        return [work / "corpus"]

    @staticmethod
    def forget(work):
        """What was reached lies elsewhere now."""
        for path in files(work / "corpus"):
            remove(path)

    @staticmethod
    def salvage(work):
        """What the processes of a campaign that was killed had reached goes to
        the corpus; their other files go away."""
        (work / "corpus").mkdir(parents=True, exist_ok=True)
        for path in (work / "tmp").glob("libFuzzerTemp.*.dir/C*/*"):
            if re.fullmatch("[0-9a-f]{40}", path.name):
                os.replace(path, work / "corpus" / path.name)
