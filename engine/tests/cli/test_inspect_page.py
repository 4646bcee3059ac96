#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The page of hiveproof inspect in Chromium: opens, runs nothing of the hive,
asks nobody for anything, shows everything, by keyboard alone, and without
scripts. Skipped where Chromium or Selenium is missing (scripts/setup --test)."""
import json
import os
import shutil
import sys
import time
import unittest

import large_hives
from support import CliTest, TREE

try:
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
except ImportError:
    webdriver = None

DRIVER = shutil.which("chromedriver")
FLAGS = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update",
         "--disable-default-apps", "--disable-sync", "--no-first-run",
         "--no-proxy-server", "--window-size=1400,1000"]
NO_SCRIPTS = {"profile.managed_default_content_settings.javascript": 2}
WAIT = 60  # seconds for a machine that is busy


def start(scripts=True):
    options = Options()
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs",
                           {"performance": "ALL", "browser": "ALL"})
    if not scripts:
        options.add_experimental_option("prefs", NO_SCRIPTS)
    return webdriver.Chrome(options=options, service=Service(DRIVER))


class PageTest(CliTest):
    scripts = True

    @classmethod
    def setUpClass(cls):
        if webdriver is None or DRIVER is None or not shutil.which("chromium"):
            raise unittest.SkipTest("no chromium, chromedriver or selenium")
        cls.browser = start(cls.scripts)
        cls.addClassCleanup(cls.browser.quit)

    def open(self, image, *more, exit=0):
        """Opens the page of a hive; returns the seconds that took."""
        path = image if isinstance(image, os.PathLike) else self.write("hive", image)
        page = self.directory / "page.html"
        said = self.ask("inspect", path, "--html", page, "--force", *more, exit=exit)
        self.assertIn(b"The reader ", said)
        return self.visit(page)

    def visit(self, page):
        """Opens the page in a file; returns the seconds that took."""
        self.url = page.as_uri()
        self.browser.get("about:blank")
        for kind in ("browser", "performance"):
            self.browser.get_log(kind)
        before = time.monotonic()
        self.browser.get(self.url)
        return time.monotonic() - before

    def choose(self, name, value):
        """In the list called `name`."""
        self.js("const e = document.getElementById(arguments[0]);"
                "e.value = arguments[1];"
                "e.dispatchEvent(new Event('change'))", name, value)

    def press(self, *keys):
        for key in keys:
            self.browser.switch_to.active_element.send_keys(key)

    def forged(self, name):
        path = self.directory / name
        self.ask("forge", TREE / "corpus" / "recipes" / f"{name}.recipe", "-o", path)
        return path

    def js(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def count(self, name):
        return int(self.js("return document.querySelector('#counts').dataset[arguments[0]]",
                           name))

    def wait(self, script, *arguments):
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            found = self.js(script, *arguments)
            if found:
                return found
            time.sleep(0.05)
        return self.fail(f"never true: {script}")

    def check_quiet(self):
        """No error, no request but for the page, nothing of the hive has run."""
        self.assertEqual(self.browser.get_log("browser"), [])
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"].partition("#")[0]
                self.assertEqual(url, self.url)
        self.assertEqual(self.browser.current_url.partition("#")[0], self.url)
        if self.scripts:
            self.assertIsNone(self.js("return window.pwned ?? null"))

    def check_counts(self):
        """As many lines as are counted."""
        lines = self.js("""
          const lines = (section) => [...document.querySelectorAll(
            `#${section} pre.block`)].flatMap((pre) => pre.textContent.split("\\n"))
            .filter((line) => line && !line.startsWith(" "));
          const words = lines("cells").map((line) => line.split(" ")[1]);
          const others = ["block", "bin", "gap", "tail"];
          return {parts: words.length, problemLines: lines("problems").length,
            nodes: lines("keys").length,
            cells: words.filter((word) => !others.includes(word)).length};""")
        for name, number in lines.items():
            self.assertEqual(number, self.count(name), name)

    def last_cell(self):
        return self.js("""
          const lines = [...document.querySelectorAll("#cells pre.block")].at(-1)
            .textContent.split("\\n").filter((line) => line && line[0] !== " ");
          return lines.findLast((line) => !/^\\S+ (gap|tail) /.test(line));""")

    def search(self, text):
        """The lines that are found."""
        query = self.browser.find_element(By.ID, "query")
        query.clear()
        query.send_keys(text)
        self.wait("return document.querySelector('#results').dataset.done === '1'"
                  " && document.querySelector('#query').value === arguments[0]", text)
        return self.js("return [...document.querySelectorAll('#results button')]"
                       ".map((b) => b.textContent)")

    def chosen(self):
        return self.js("return document.querySelector('#chosen').dataset.place ?? null")


HIVES = {
    "keys": lambda: large_hives.many_keys(2000),
    "small cells": lambda: large_hives.small_cells(1),
    "one huge value": lambda: large_hives.huge_value(1),
    "empty bins": lambda: large_hives.empty_bins(1),
    "random bytes": lambda: large_hives.random_bytes(1),
}


class Scripted(PageTest):
    def test_every_kind_of_hive(self):
        for name, make in HIVES.items():
            with self.subTest(name):
                self.open(make(), exit=1 if name in ("one huge value", "random bytes")
                          else 0)
                self.check_counts()
                last = self.last_cell()
                place = last.split()[0]
                if place == "base":
                    place = "base block"
                self.assertIn(last, self.search(place))
                self.check_quiet()

    def test_chosen_cell_shows_fields_and_bytes(self):
        path = self.forged("good-fields")
        self.open(path)
        image = path.read_bytes()
        for line in self.js("""
              return [...document.querySelectorAll("#cells pre.block")].flatMap((pre) =>
                pre.textContent.split("\\n")).filter((l) => l && l[0] !== " ")"""):
            place = line.split()[0]
            self.js("location.hash = 'at-' + arguments[0]", place)
            self.wait("return document.querySelector('#chosen').dataset.place === "
                      "arguments[0]", place)
            at = 0 if place == "base" else 4096 + int(place, 16)
            size = int(line.split()[2])
            shown = self.js("return document.querySelector('.hex').textContent")
            self.assertEqual(bytes.fromhex("".join(
                row[10:57] for row in shown.splitlines())), image[at:at + min(size, 512)])
        self.check_quiet()

    def test_fields_are_those_of_the_engine(self):
        """What the script works out is what is written out."""
        self.open(self.forged("good-fields"))
        differ = self.js(r"""
          const wrong = [];
          for (const pre of document.querySelectorAll("#cells pre.block")) {
            const parts = pre.textContent.split(/\n(?! )/).filter((p) => p);
            for (const part of parts) {
              const [line, ...fields] = part.split("\n").filter((l) => l);
              const place = line.split(" ")[0];
              location.hash = `at-${place}`;
              dispatchEvent(new HashChangeEvent("hashchange"));
              const rows = [...document.querySelectorAll("#shown tbody tr")].map((tr) =>
                [...tr.cells].slice(0, 2).map((c) => c.textContent).join(" ") + " " +
                (/0x[0-9a-f]+/.exec(tr.cells[2].textContent) ?? [""])[0]);
              const written = fields.filter((f) => f.startsWith("  +")).map((f) => {
                const [at, name, value] = f.trim().split(/ +/);
                return `${at} ${name} ` + (/^0x[0-9a-f]+$/.test(value) ? value : "");
              });
              if (rows.join("|") !== written.join("|"))
                wrong.push([line, rows, written]);
            }
          }
          return wrong;""")
        self.assertEqual(differ, [])

    def test_problem_leads_to_its_cell(self):
        self.open(self.forged("bad-subkey-count"), exit=1)
        self.js("document.querySelector('#problems button.place').click()")
        place = self.chosen()
        self.assertIn(f"at {place} ", self.js(
            "return document.querySelector('#problems pre.block').textContent"))
        self.assertIn("nk.subkey_count is 0xffffffff", self.js(
            "return document.querySelector('#shown .bad').textContent"))
        self.check_quiet()

    def test_bytes_of_a_large_cell_are_all_reachable(self):
        self.open(large_hives.huge_value(1), exit=1)
        self.search("1048580")
        self.js("document.querySelector('#results button').click()")
        self.js("[...document.querySelectorAll('#shown button')].find("
                "(b) => b.textContent === 'Last').click()")
        self.assertRegex(self.js(
            "return document.querySelector('.where').textContent"),
            r" \+\d+ to \+(\d+) of \1 bytes")
        # The end of the last <script> of the data, and the cell's padding.
        self.assertRegex(self.js(
            "return document.querySelector('.hex').textContent"), r" ipt>\.{4}$")
        self.check_quiet()

    def test_difference(self):
        other = self.write("other", large_hives.many_keys(3))
        self.open(large_hives.many_keys(4), "--against", other, exit=1)
        text = self.js("return document.querySelector('#difference').textContent")
        self.assertIn("first present, second missing", text)
        self.assertIn("subkey_count: first", text)
        self.check_quiet()


class Keyboard(PageTest):
    def focused(self):
        return self.js("const e = document.activeElement; return e.className + '#' + "
                       "e.id + ' ' + (e.getAttribute('role') ?? e.localName)")

    def test_first_stop_skips_to_the_content(self):
        self.open(large_hives.many_keys(3))
        self.press(Keys.TAB)
        self.assertIn("skip", self.focused())
        self.press(Keys.ENTER)
        self.assertEqual(self.js("return location.hash"), "#content")

    def test_search_choose_and_back(self):
        self.open(large_hives.many_keys(3))
        self.browser.find_element(By.TAG_NAME, "body").send_keys("/")
        self.assertIn("query", self.focused())
        self.press("nk 88")
        self.wait("return document.querySelector('#results button') !== null")
        self.wait("return document.querySelector('#results').dataset.done === '1'")
        for _ in range(5):
            self.press(Keys.TAB)
            if "place" in self.focused():
                break
        self.press(Keys.ENTER)
        self.assertIsNotNone(self.chosen())
        self.assertIn("chosen", self.focused())
        self.press(Keys.ESCAPE)
        self.assertIn("place", self.focused())

    def test_tree(self):
        self.open(large_hives.many_keys(300, names=["k"]))
        self.js("document.querySelector('#tree [tabindex=\"0\"]').focus()")
        label = "return document.activeElement.querySelector('span').textContent"
        for key, wanted in [
                (Keys.ARROW_DOWN, "k0"), (Keys.ARROW_DOWN, "k1"),
                (Keys.ARROW_UP, "k0"), (Keys.ARROW_LEFT, "ROOT"),
                (Keys.ARROW_LEFT, "ROOT"), (Keys.ARROW_RIGHT, "ROOT"),
                (Keys.ARROW_RIGHT, "k0"), (Keys.END, "Show more"),
                (Keys.ENTER, "k200"), (Keys.END, "k299"), (Keys.HOME, "ROOT")]:
            self.press(key)
            self.assertEqual(self.js(label), wanted, key)
        self.press(Keys.ENTER)
        self.assertEqual(self.chosen(), "00000020")

    def test_groups_open_and_lines_are_stops(self):
        self.open(large_hives.small_cells(1))
        self.js("document.querySelector('#cells summary').focus()")
        self.press(Keys.ENTER)
        self.wait("return document.querySelector('#cells button.place') !== null")
        self.press(Keys.TAB)
        self.assertIn("place", self.focused())
        self.press(Keys.ENTER)
        self.assertEqual(self.chosen(), "base")


class WithoutScripts(PageTest):
    scripts = False

    def test_all_is_there(self):
        self.open(large_hives.many_keys(2000))
        # WebDriver's own scripts run all the same; the page's has not.
        self.assertIsNone(self.js(
            "return document.documentElement.dataset.ready ?? null"))
        self.check_counts()
        self.check_quiet()
        for section in ("problems", "keys", "cells", "fields"):
            self.assertTrue(self.js(
                "return document.querySelector(arguments[0]).checkVisibility()",
                f"#{section} h2"))
        summary = self.browser.find_element(By.CSS_SELECTOR, "#cells summary")
        summary.send_keys(Keys.ENTER)
        shown = self.browser.find_element(By.CSS_SELECTOR, "#cells details").text
        self.assertIn("00000020 nk 88 of base \"ROOT\" the root", shown)
        self.assertIn("subkey_count", shown)


class Large(PageTest):
    """16 MB. The time is printed and not judged: the machine may be busy."""

    def test_open_times(self):
        for name, image, exit in [
                ("keys with hostile names, 16 MiB", large_hives.many_keys(
                    2000, least=16 << 20), 0),
                ("100,000 keys", large_hives.many_keys(100000), 0),
                ("262,146 cells", large_hives.small_cells(16), 0),
                ("one huge value", large_hives.huge_value(16), 1),
                ("4096 empty bins", large_hives.empty_bins(16), 0),
                ("random bytes", large_hives.random_bytes(16), 1)]:
            with self.subTest(name):
                seconds = self.open(image, exit=exit)
                print(f"{name}: open in {seconds:.2f} s", file=sys.stderr)
                self.check_counts()
                place = self.last_cell().split()[0]
                found = self.search(place if place != "base" else "base block")
                self.assertIn(self.last_cell(), found)
                self.check_quiet()


if __name__ == "__main__":
    unittest.main()
