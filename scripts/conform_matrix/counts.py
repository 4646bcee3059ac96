# SPDX-License-Identifier: Apache-2.0
"""The counts as Markdown, also as a section of the README."""
from conform_matrix import Infrastructure, LETTERS, TOP, visible, write

BEGIN = "<!-- matrix: made by scripts/matrix --readme -->"
END = "<!-- matrix: end -->"
SPECIAL = "\\`*_[]<>|&#~!"
SHORT = {"wrong_content": "wrong content", "input_modified": "modified",
         "not_supported": "not supported"}


def literal(text):
    return "".join("\\" + c if c in SPECIAL else c for c in visible(text))


def table(results):
    verdicts = [v for v in LETTERS if v != "broken" and
                (v == "pass" or any(r["counts"].get(v, 0) for r in results))]
    heads = ["reader", "version", *(SHORT.get(v, v) for v in verdicts),
             "library's", "adapter's"]
    yield "| " + " | ".join(heads) + " |\n"
    yield "|---|---|" + "---:|" * (len(heads) - 2) + "\n"
    for result in results:
        # Of native nothing is somebody else's.
        labels = [str(result["labels"].get(w, 0)) if result["labels"] else ""
                  for w in ("library", "adapter")]
        cells = [literal(result["name"]), literal(result["version"]),
                 *(str(result["counts"].get(v, 0)) for v in verdicts), *labels]
        yield "| " + " | ".join(cells) + " |\n"


def markdown(vectors, results, missing, facts):
    text = (f"{len(vectors)} vectors; other people's parsers are judged as "
            "forensic readers. Failures are the library's, or the adapter's "
            "where its interface lacks what the vector asks for. Which vectors "
            "a parser dies on is told to its makers only (`SECURITY.md`).\n\n")
    text += "".join(table(results)) + "\n"
    if missing:
        text += "Left out: " + "; ".join(
            f"{literal(name)} ({literal(why)})"
            for name, why in missing.items()) + ".\n"
    return text + literal(facts) + "\n"


def put_into_readme(text, path=TOP / "README.md"):
    old = path.read_text(encoding="utf-8")
    before, begin, rest = old.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise Infrastructure(f"{path} has no section {BEGIN} ... {END}")
    write(path, f"{before}{BEGIN}\n\n{text}\n{END}{after}")
