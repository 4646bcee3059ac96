#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Which checks scripts/bench-fuzz planted takes out of a parser's source."""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts"))
from bench_fuzz import _checks

SOURCE = '''int one (h_t *h, int a)
{
  /* if (a) { SET_ERRNO (EINVAL, "no code"); } */
  if (a > 3 &&
      b ("} if (")) {
    if (h->unsafe) { SET_ERRNO (EFAULT, "inside"); }
    return -1;
  }
#if 0
  if (a) { SET_ERRNO (EINVAL, "not compiled"); }
#endif
  if (a == 2) {
    for (;;) { if (a < 0) { SET_ERRNO (ERANGE, "in a loop"); } }
  }
  if (!p) { SET_ERRNO (ENOMEM, "no memory"); return -1; }
  if (a == 7) return 7;
  if (a == ')') SET_ERRNO (EINVAL, "without brackets");
  return 0;
}
'''


class BenchChecks(unittest.TestCase):
    def test_they_are_found_by_their_shape(self):
        found = list(_checks.checks_of("value.c", SOURCE))
        self.assertEqual(["value-4", "value-13", "value-17"],
                         [check.name for check in found])
        self.assertEqual("a > 3 &&\n      b (\"} if (\")",
                         SOURCE[found[0].start:found[0].end])

    def test_one_is_taken_out_and_no_line_moves(self):
        before = SOURCE.splitlines()
        for check in _checks.checks_of("value.c", SOURCE):
            after = check.taken_out(SOURCE).splitlines()
            self.assertEqual(len(before), len(after))
            changed = [number for number, lines in
                       enumerate(zip(before, after), 1) if lines[0] != lines[1]]
            self.assertIn(check.line, changed)
            self.assertLessEqual(len(changed), 2)
            self.assertIn("if (0 && (", after[check.line - 1])


if __name__ == "__main__":
    unittest.main()
