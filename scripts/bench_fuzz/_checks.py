# SPDX-License-Identifier: Apache-2.0
"""Finds the validity checks in the C sources of a parser and takes one out.

A check is an `if` of a file that reads whose body sets errno (SET_ERRNO) and
has no loop; of nested ones the outermost. Taken out is its condition: `0 &&`
goes before it. No line moves, so that reports of two builds can be compared.
What is taken out is found by the shape of the source alone: nothing of it
stands in this tree."""
import dataclasses
import re

READ = ("handle.c", "node.c", "value.c", "offset-list.c", "visit.c")
# About the machine, not the hive; or only for those who write.
NOT_OF_A_HIVE = re.compile(r"SET_ERRNO\s*\(\s*(ENOMEM|EROFS)|flags != 0")
LOOP = re.compile(r"\b(for|while)\b")


@dataclasses.dataclass(frozen=True)
class Check:
    file: str
    line: int
    start: int  # of the condition
    end: int

    @property
    def name(self):
        return f"{self.file[:-2]}-{self.line}"

    def taken_out(self, text):
        return (f"{text[:self.start]}0 && ({text[self.start:self.end]})"
                f"{text[self.end:]}")


def masked(text):
    """The text with blanks for comments, strings and what is not compiled."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    text = re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\])+\'', blank,
                  text, flags=re.S)
    return re.sub(r"^#if 0$.*?^#endif", blank, text, flags=re.S | re.M)


def closing(text, at):
    """The offset behind what closes the bracket at `at`."""
    closes = {"(": ")", "{": "}"}[text[at]]
    depth = 0
    for i in range(at, len(text)):
        depth += text[i] == text[at]
        depth -= text[i] == closes
        if depth == 0:
            return i + 1
    return len(text)


def checks_of(file, text):
    bare = masked(text)
    behind = 0
    for match in re.finditer(r"\bif \(", bare):
        start = match.end() - 1
        end = closing(bare, start)
        body = end + re.match(r"\s*", bare[end:]).end()
        last = closing(bare, body) if bare[body] == "{" else bare.find(";", body)
        if start < behind or "SET_ERRNO" not in bare[body:last] or \
                LOOP.search(bare[body:last]) or \
                NOT_OF_A_HIVE.search(bare[start:last]):
            continue
        behind = last
        yield Check(file, text.count("\n", 0, start) + 1, start + 1, end - 1)


def checks(folder):
    """Every check in the sources in `folder`, in order."""
    return [check for file in READ for check in
            checks_of(file, (folder / file).read_text(encoding="utf-8"))]
