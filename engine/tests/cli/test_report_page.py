#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The page of scripts/report in Chromium: search, filters, keyboard, copying,
print, without scripts, ten thousand findings, and strings that would rather run.
Skipped where Chromium or Selenium is missing (scripts/setup --test)."""
import sys
import time
import unittest

import night_folder
import test_inspect_page
from test_inspect_page import By, Keys, PageTest

# inspect's own tests are not run again.
del test_inspect_page
MANY = 10_000


class NightPage(PageTest):
    def setUp(self):
        super().setUp()
        self.state = self.directory / "findings" / "campaign"

    def show(self, fill=night_folder.usual, night=2, file="index.html"):
        """What `fill` returns, and the seconds that the page took to open."""
        made = fill(self.state)
        done = night_folder.report(self.state)
        self.assertEqual(done.returncode, 0, done)
        folder = self.state / "nights" / f"{night:04}"
        return made, self.visit(folder / file)

    def rows(self):
        return self.js("return [...document.querySelectorAll('.finding')]"
                       ".filter((r) => r.checkVisibility())"
                       ".map((r) => r.id.slice(2))")

    def seek(self, text):
        query = self.browser.find_element(By.ID, "query")
        query.clear()
        query.send_keys(text)
        return self.rows()

    def found(self):
        return self.js("return document.querySelector('#found').textContent")

    def focused(self):
        return self.js("return document.activeElement.closest('.finding')"
                       "?.id.slice(2) ?? null")

    def visible(self, selector):
        return self.js("return document.querySelector(arguments[0])"
                       ".checkVisibility()", selector)


class Scripted(NightPage):
    def test_findings_come_first(self):
        ids, _ = self.show()
        self.assertEqual(self.rows()[:3],
                         [ids["new"], ids["regressed"], ids["expired"]])
        self.assertNotIn(ids["theirs"], self.rows())
        self.assertTrue(self.js(
            "const a = document.querySelector('#findings');"
            "const b = document.querySelector('#trends');"
            "return !!(a.compareDocumentPosition(b) & "
            "Node.DOCUMENT_POSITION_FOLLOWING)"))
        self.check_quiet()

    def test_search(self):
        ids, _ = self.show()
        everything = self.rows()
        self.assertEqual(self.seek("A BUG: AGAIN"), [ids["regressed"]])
        self.assertEqual(self.found(), f"1 of {len(everything)} findings")
        self.assertEqual(self.seek("issue 12"), [ids["known"]])  # of the body
        self.assertEqual(self.seek("nothing like that"), [])
        self.js("document.querySelector('#filter [type=reset]').click()")
        self.wait("return document.querySelector('#found').textContent ==="
                  " arguments[0]",
                  f"{len(everything)} of {len(everything)} findings")
        self.assertEqual(self.rows(), everything)
        self.choose("status", "known")
        self.assertEqual(set(self.rows()), {ids["known"], ids["canary"]})
        self.choose("target", "fuzz_hive")
        self.assertEqual(len(self.rows()), 2)
        self.check_quiet()

    def test_keyboard(self):
        ids, _ = self.show()
        rows = self.rows()
        self.press(Keys.TAB)
        self.assertEqual(self.js("return document.activeElement.className"), "skip")
        self.press(Keys.ENTER)
        for _ in range(8):
            self.press(Keys.TAB)
            if self.focused():
                break
        self.assertEqual(self.focused(), rows[0])
        self.press(Keys.ARROW_DOWN)
        self.assertEqual(self.focused(), rows[1])
        self.press(Keys.END)
        self.assertEqual(self.focused(), rows[-1])
        self.press(Keys.HOME, Keys.ENTER)
        self.assertTrue(self.js(
            "return document.getElementById(arguments[0]).open",
            f"f-{ids['new']}"))
        self.assertEqual(self.js("return document.querySelectorAll("
                                 "'.finding > summary[tabindex=\"0\"]').length"), 1)
        self.press("/")
        self.assertEqual(self.js("return document.activeElement.id"), "query")
        self.check_quiet()

    def test_copy(self):
        """The line that a finding has, with a click and with a key."""
        self.show(night_folder.hostile, 2)
        found = self.js("return [...document.querySelectorAll('.replay')].map("
                        "(c) => [c.textContent, c.closest('.finding').id])")
        line, row = next(pair for pair in found if "reboot" in pair[0])
        none = next(pair[1] for pair in found if pair[0] == "")
        self.js("""
          window.copied = [];
          navigator.clipboard.writeText = async (t) => window.copied.push(t);
          document.getElementById(arguments[0]).querySelector("summary").click();
          document.getElementById(arguments[1]).open = true;""", row, none)
        self.wait("return !!document.querySelector('.copy')")
        self.js("document.querySelector('.copy').click()")
        self.wait("return document.querySelector('.copy').textContent === 'Copied'")
        self.js("document.getElementById(arguments[0]).firstElementChild.focus()",
                row)
        self.press("c")
        self.wait("return window.copied.length === 2")
        self.assertEqual(self.js("return window.copied"), [line, line])
        self.assertEqual(self.js(
            "return document.querySelectorAll('.copy').length"), 1)

    def test_without_a_clipboard(self):
        self.show()
        self.js("""
          navigator.clipboard.writeText = async () => { throw new Error(); };
          document.querySelector(".finding > summary").click();""")
        self.wait("return !!document.querySelector('.copy')")
        self.js("document.querySelector('.copy').click()")
        self.wait("return document.querySelector('.copy').textContent !== 'Copy'")
        self.assertEqual(
            self.js("return getSelection().toString()"),
            self.js("return document.querySelector('.replay').textContent"))

    def test_hostile_strings_are_text(self):
        self.show(night_folder.hostile, 2)
        self.js("for (const d of document.querySelectorAll('details'))"
                "d.open = true")
        text = self.js("return document.body.textContent")
        self.assertIn("</script><script>window.pwned=1</script>", text)
        self.assertIn("{{ 7*7 }}", text)
        self.assertNotIn("\u202e", text)
        self.assertEqual(self.js("return document.querySelectorAll('img').length"),
                         0)
        self.assertGreater(self.js(
            "return document.querySelectorAll('svg path').length"), 8)
        self.check_quiet()

    def test_the_index(self):
        self.show()
        self.visit(self.state / "index.html")
        self.assertEqual(self.js("return [...document.querySelectorAll("
                                 "'#nights tbody th')].map((c) => c.textContent)"),
                         ["2", "1"])
        self.check_quiet()
        self.js("document.querySelector('#nights a').click()")
        self.wait("return document.title.startsWith('Night 2')")

    def test_a_link_to_a_finding(self):
        ids, _ = self.show()
        self.browser.get("about:blank")
        self.browser.get(f"{self.url}#f-{ids['fixed']}")
        self.wait("return document.activeElement.closest('.finding')?.id ==="
                  " arguments[0]", f"f-{ids['fixed']}")

    def test_print(self):
        self.show()
        self.js("document.querySelector('.finding > summary').click()")
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                     {"media": "print"})
        self.addCleanup(self.browser.execute_cdp_cmd,
                        "Emulation.setEmulatedMedia", {"media": ""})
        self.assertFalse(self.visible("#filter"))
        self.assertTrue(self.visible(".finding .replay"))
        self.assertTrue(self.visible("#machine"))
        pdf = self.browser.execute_cdp_cmd("Page.printToPDF", {})
        self.assertGreater(len(pdf["data"]), 10000)

    def test_words_say_what_colours_do(self):
        self.show()
        for row in self.js("return [...document.querySelectorAll('tr.look')]"
                           ".map((r) => r.cells[r.cells.length - 1].textContent)"):
            self.assertTrue(row.strip())
        self.assertEqual(self.js(
            "return [...document.querySelectorAll('.finding b')]"
            ".map((b) => b.textContent)")[:3], ["new", "came back", "expired"])


class WithoutScripts(NightPage):
    scripts = False

    def test_all_is_there(self):
        ids, _ = self.show()
        self.assertIsNone(self.js(
            "return document.documentElement.dataset.ready ?? null"))
        self.assertEqual(len(self.rows()), 6)
        self.assertFalse(self.visible("#filter"))
        self.browser.find_element(By.CSS_SELECTOR,
                                  f"#f-{ids['new']} > summary").click()
        self.assertTrue(self.visible(f"#f-{ids['new']} .replay"))
        self.check_quiet()


class Large(NightPage):
    """The times are printed and not judged: the machine may be busy."""

    def test_ten_thousand(self):
        last, seconds = self.show(lambda state: night_folder.many(state, MANY), 1)
        size = (self.state / "nights/0001/index.html").stat().st_size
        self.assertEqual(self.found(), f"{MANY} of {MANY} findings")
        elements = self.js("return document.querySelectorAll('*').length")
        self.assertLess(elements, MANY)  # most have no row yet
        before = time.monotonic()
        self.js("const q = document.querySelector('#query');"
                "q.value = arguments[0]; q.dispatchEvent(new Event('input'))",
                last)
        searched = time.monotonic() - before
        self.wait("return document.querySelector('#found').textContent ==="
                  " arguments[0]", f"1 of {MANY} findings")
        self.assertEqual(self.rows(), [last])
        self.js("document.querySelector('#query').value = '';"
                "document.querySelector('#query').dispatchEvent("
                "new Event('input'))")
        self.js("document.querySelector('.finding > summary').focus()")
        self.press(Keys.END)
        self.assertEqual(self.focused(), last)
        self.press(Keys.ENTER)
        self.assertIn(f"findings/{last}/input", self.js(
            "return document.getElementById(arguments[0]).querySelector("
            "'.replay').textContent", f"f-{last}"))
        print(f"{MANY} findings, {size >> 10} KiB, {elements} elements: open in "
              f"{seconds:.2f} s, the last found in {searched:.2f} s",
              file=sys.stderr)
        self.check_quiet()

    def test_all_are_printed(self):
        last, _ = self.show(lambda state: night_folder.many(state, 700), 1)
        self.assertLess(self.js(
            "return document.querySelectorAll('.finding').length"), 700)
        self.js("dispatchEvent(new Event('beforeprint'))")
        rows = self.js("return [...document.querySelectorAll('.finding')]"
                       ".map((r) => r.id.slice(2))")
        self.assertEqual((len(rows), rows[-1]), (700, last))


if __name__ == "__main__":
    unittest.main()
