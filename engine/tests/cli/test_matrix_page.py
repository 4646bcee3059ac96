#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The page of scripts/matrix in Chromium: filters, search, keyboard, what is
behind a cell, print, without scripts, and strings that would rather run. Skipped
where Chromium or Selenium is missing (scripts/setup --test)."""
import sys
import unittest

import matrix_folder
import test_inspect_page
from conform_vectors import vector
from support import TREE
from test_inspect_page import By, Keys, PageTest

sys.path.insert(0, str(TREE / "scripts"))
from conform_matrix import page  # noqa: E402

# inspect's own tests are not run again.
del test_inspect_page
PICKY = {"ok-000": "refuse", "ok-001": "wrong", "ok-002": "unable"}


class MatrixPage(PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = None

    def show(self):
        """Opens the page of the hostile folder; made once a class."""
        if type(self).made is None:
            folder = matrix_folder.hostile_folder(self.directory / "vectors")
            out = self.directory / "out"
            done = matrix_folder.run(folder, out, picky=PICKY,
                                     version="<script>window.pwned=1</script>")
            self.assertEqual(done.returncode, 0, done)
            type(self).made = (out / "matrix.html").read_text("utf-8")
        self.load(type(self).made)

    def load(self, text):
        return self.visit(self.write("page.html", text.encode("utf-8")))

    def rows(self):
        return self.js("return [...document.querySelectorAll('tr[data-id]')]"
                       ".filter((r) => r.checkVisibility())"
                       ".map((r) => r.dataset.id)")

    def focused(self):
        """The text and the row of the cell that has the focus."""
        return self.js("""
          const e = document.activeElement;
          return [e.textContent, e.parentNode.dataset?.id ?? e.id];""")

    def click(self, name, column):
        self.js("document.querySelector(`tr[data-id='${arguments[0]}']`)"
                ".cells[arguments[1]].click()", name, column)

    def shown(self):
        return self.js("return document.querySelector('#shown').textContent")


class Scripted(MatrixPage):
    def test_cells(self):
        self.show()
        signs = self.js("return Object.fromEntries([...document.querySelectorAll("
                        "'tr[data-id]')].map((r) => [r.dataset.id, [...r.cells]"
                        ".slice(1).map((c) => c.textContent).join('')]))")
        self.assertEqual(signs["ok-000"], "PR")
        self.assertEqual(signs["ok-001"], "PW")
        self.assertEqual(signs["ok-002"], "PN")
        self.assertEqual(signs["ok-003"], "PP")
        self.check_quiet()

    def test_search(self):
        self.show()
        everything = self.rows()
        query = self.browser.find_element(By.ID, "query")
        query.send_keys("OK-00")
        self.assertEqual(self.rows(), [f"ok-00{i}" for i in range(6)])
        self.assertIn(f"6 of {len(everything)}", self.js(
            "return document.querySelector('#found').textContent"))
        query.clear()
        query.send_keys("window.pwned=1")   # of the sentence
        self.assertEqual(self.rows(), ["name-hostile"])
        query.send_keys("nothing like that")
        self.assertEqual(self.rows(), [])
        self.js("document.querySelector('#reset').click()")
        self.wait("return document.querySelectorAll('tbody:not([hidden]) "
                  "tr[data-id]:not([hidden])').length === arguments[0]",
                  len(everything))
        self.check_quiet()

    def test_filters(self):
        self.show()
        self.choose("group", "ok")
        self.assertEqual({name[:3] for name in self.rows()}, {"ok-"})
        self.choose("verdict", "N")
        self.assertEqual(self.rows(), ["ok-002"])
        self.choose("verdict", "bad")
        self.assertIn("ok-000", self.rows())
        self.assertNotIn("ok-003", self.rows())
        self.choose("parser", "0")
        self.assertEqual(self.rows(), [])
        self.choose("verdict", "P")
        self.assertIn("ok-000", self.rows())
        heads = self.js("return [...document.querySelectorAll('#matrix thead th')]"
                        ".filter((h) => h.checkVisibility())"
                        ".map((h) => h.textContent)")
        self.assertEqual(heads, ["Vector", "native forensic"])
        self.check_quiet()

    def test_groups_fold(self):
        self.show()
        everything = self.rows()
        self.js("document.querySelector('[data-group=ok] .fold').click()")
        self.assertEqual(self.rows(), [name for name in everything
                                       if not name.startswith("ok-")])
        self.js("document.querySelector('#fold').click()")
        self.assertEqual(self.rows(), [])
        self.js("document.querySelector('#fold').click()")
        self.assertEqual(self.rows(), everything)

    def test_a_click_shows_what_is_behind(self):
        self.show()
        self.click("ok-001", 2)
        text = self.shown()
        for wanted in ("W: wrong content", "library", "fieldkey",
                       "expectedpresent", "hiveproof recipe 1",
                       "Bytes of the cell", "a forensic readeraccept"):
            self.assertIn(wanted, text)
        self.click("nk-sub", 1)
        self.assertIn("nk[\\Alpha\\Sub].signature", self.shown())
        self.check_quiet()

    def test_the_lie_is_marked(self):
        self.show()
        self.click("nk-sub", 1)
        marked = self.js("return [...document.querySelectorAll('mark')]"
                         ".map((m) => m.textContent)")
        # The folder says 4100, which is in the head of the first bin.
        self.assertEqual(len(marked), 1)
        self.assertRegex(marked[0], r"^  \+4 +offset ")

    def test_hostile_strings_are_text(self):
        self.show()
        self.click("name-hostile", 1)
        text = self.shown()
        self.assertIn("</script><script>window.pwned=1</script>", text)
        self.assertIn("\\u{202e}", text)
        self.assertIn("{{data}}", text)
        self.assertNotIn("\u202e", self.js(
            "return document.documentElement.textContent"))
        self.assertEqual(self.js("return document.querySelectorAll('img').length"),
                         0)
        self.click("ok-001", 2)
        self.check_quiet()

    def test_print(self):
        self.show()
        self.click("ok-001", 2)
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                     {"media": "print"})
        self.addCleanup(self.browser.execute_cdp_cmd,
                        "Emulation.setEmulatedMedia", {"media": ""})
        visible = "return document.querySelector(arguments[0]).checkVisibility()"
        self.assertFalse(self.js(visible, "#filter"))
        self.assertTrue(self.js(visible, "#matrix"))
        self.assertTrue(self.js(visible, "#details"))
        self.assertEqual(self.js(
            "return getComputedStyle(document.querySelector('aside')).maxHeight"),
            "none")
        pdf = self.browser.execute_cdp_cmd("Page.printToPDF", {})
        self.assertGreater(len(pdf["data"]), 10000)

    def test_letters_say_what_colours_do(self):
        """Each cell that has a colour has a letter that says as much."""
        self.show()
        signs = self.js("return [...document.querySelectorAll('td.bad')]"
                        ".map((c) => c.textContent)")
        self.assertTrue(signs)
        self.assertLessEqual(set(signs), set("WARCHEMXF"))


class Keyboard(MatrixPage):
    def test_all_of_it(self):
        self.show()
        self.press(Keys.TAB)
        self.assertEqual(self.js("return document.activeElement.className"), "skip")
        self.press(Keys.ENTER)
        self.press(Keys.TAB)
        for _ in range(3):
            if self.js("return document.activeElement.matches('#matrix .fold')"):
                break
            self.press(Keys.TAB)
        self.assertIn("bb", self.focused()[0])
        self.press(Keys.ARROW_DOWN)
        self.assertEqual(self.focused()[1], self.rows()[0])
        self.press(Keys.ARROW_RIGHT)
        right = self.focused()
        self.press(Keys.ARROW_DOWN, Keys.ARROW_UP)
        self.assertEqual(self.focused(), right)
        self.press(Keys.END)
        self.assertEqual(self.focused()[1], self.rows()[-1])
        last = self.focused()
        self.press(Keys.ENTER)
        self.assertEqual(self.focused()[1], "chosen")
        self.assertIn(last[1], self.focused()[0])
        self.press(Keys.ESCAPE)
        self.assertEqual(self.focused(), last)
        self.assertFalse(self.js(
            "return document.querySelector('#details').checkVisibility()"))
        self.press(Keys.HOME)
        before = len(self.rows())
        self.press(Keys.ENTER)
        self.assertLess(len(self.rows()), before)
        self.press(" ")
        self.assertEqual(len(self.rows()), before)
        self.press("/")
        self.assertEqual(self.js("return document.activeElement.id"), "query")
        self.check_quiet()

    def test_one_stop_in_the_matrix(self):
        self.show()
        self.assertEqual(self.js("return [...document.querySelectorAll("
                                 "'#matrix [tabindex=\"0\"]')].length"), 1)
        self.choose("group", "ok")
        self.assertTrue(self.js("return document.querySelector("
                                "'#matrix [tabindex=\"0\"]').checkVisibility()"))


class WithoutScripts(MatrixPage):
    scripts = False

    def test_all_cells_are_there(self):
        self.show()
        self.assertIsNone(self.js(
            "return document.documentElement.dataset.ready ?? null"))
        self.assertIn("ok-000", self.rows())
        self.assertFalse(self.js(
            "return document.querySelector('#filter').checkVisibility()"))
        self.assertTrue(self.js("return [...document.querySelectorAll("
                                "'tr[data-id] td')].every((c) => c.textContent)"))
        self.check_quiet()


class Large(MatrixPage):
    """600 by 10. The time is printed and not judged: the machine may be busy."""

    def test_open(self):
        vectors = [vector(f"g{i % 25}-{i:03}", f"g{i % 25}") for i in range(600)]
        text = "\n".join(f"  +{i} a line that is much like others"
                         for i in range(350))
        shown = {v["id"]: (f"{v['id']}\n\nx.recipe\n{text}\n{v['id']}", True)
                 for v in vectors}
        results = [{"name": f"parser {i}", "version": "1", "profile": "forensic",
                    "counts": {}, "labels": {}, "broken": 0,
                    "cells": {v["id"]: {"sign": "PWF"[k % 3], "says": "x" * 200}
                              for k, v in enumerate(vectors)}}
                   for i in range(10)]
        made = page.page(vectors, shown, results, {}, "", False)
        seconds = self.load(made)
        self.assertEqual(len(self.rows()), 600)
        self.click("g24-599", 10)
        self.assertIn("g24-599", self.shown())
        print(f"600 by 10, {len(made) >> 10} KiB: open in {seconds:.2f} s",
              file=sys.stderr)
        self.check_quiet()


if __name__ == "__main__":
    unittest.main()
