# SPDX-License-Identifier: Apache-2.0
"""Plots by gnuplot, as SVG that a page takes in.

gnuplot is given numbers and nothing else: no name of a target or an engine can
be a command of it. Names stand beside the picture, in the page. Of what it draws
only lines, areas and the numbers of the axes are kept, each with the attributes
named here."""
import math
import pathlib
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET

from nightly import Infrastructure

SVG = "{http://www.w3.org/2000/svg}"
KEPT = {
    "svg": ("viewBox",), "text": (), "polygon": ("points", "fill", "fill-opacity"),
    "path": ("d", "stroke-dasharray"),
    "g": ("transform", "fill", "stroke", "stroke-width", "font-size",
          "text-anchor")}
SIZE = {"small": (300, 130), "large": (460, 180)}
TIMEOUT = 120
HEAD = """set tics nomirror
set border 3
unset key
set boxwidth 0.7
set style fill solid 0.3
"""


def at_hand():
    return shutil.which("gnuplot") is not None


def label(value):
    for unit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:.6g}{letter}"
    return f"{value:.6g}"


def axis(name, top):
    """From 0 to `top`, with at most five round numbers."""
    top = max(top, 1e-6)
    step = 10.0 ** math.floor(math.log10(top / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if top / (step * factor) <= 4)
    marks = [at * step for at in range(int(top / step + 1e-9) + 1)]
    yield f"set {name}range [0:{top:.12g}]\n"
    named = ", ".join(f"'{label(mark)}' {mark:.12g}" for mark in marks)
    yield f"set {name}tics ({named})\n"


class Plot:
    """`series` are lists of (x, y), of which the second is dashed, the third
    dotted; style is lines, or boxes for what is counted once a night."""

    def __init__(self, series, style="lines", size="small", top=None):
        self.series = [[(float(x), float(y)) for x, y in points]
                       for points in series]
        self.style, self.size, self.top = style, size, top

    def script(self, path):
        width, height = SIZE[self.size]
        yield f"set terminal svg size {width},{height} font 'sans,10' dashed " \
              "noenhanced\n"
        yield f"set output '{path}'\n"
        yield from axis("y", self.top or max(
            y for points in self.series for _, y in points))
        if self.style == "boxes":
            xs = [x for points in self.series for x, _ in points]
            yield f"set xrange [{min(xs) - 1}:{max(xs) + 1}]\n"
            yield f"set xtics {min(xs):.0f},{max(1, -(-len(xs) // 8))}," \
                  f"{max(xs):.0f}\n"
        else:
            yield from axis("x", max(x for points in self.series
                                     for x, _ in points))
        parts = []
        for at, points in enumerate(self.series):
            yield f"$d{at} << END\n"
            yield "".join(f"{x:.6g} {y:.12g}\n" for x, y in points)
            yield "END\n"
            parts.append(f"$d{at} using 1:2 with {self.style} lw 1.5 "
                         f"dashtype {at + 1} lc rgb 'black'")
        yield f"plot {', '.join(parts)}\nset output\n"


def cleaned(element):
    """The element as it is kept, or None."""
    name = element.tag.removeprefix(SVG)
    if name not in KEPT:
        return None
    children = list(filter(None.__ne__, map(cleaned, element)))
    if name == "g" and not children:
        return None
    kept = ET.Element(name)
    for key in KEPT[name]:
        value = element.get(key)
        # It is drawn in the page's own colour.
        if value is not None and key in ("fill", "stroke"):
            value = "none" if value == "none" else "currentColor"
        if value is not None:
            kept.set(key, value)
    if name == "text":
        kept.text = (element.text or "").strip()
    kept.extend(children)
    return kept


def svg_of(path):
    root = cleaned(ET.parse(path).getroot())
    # It is said in words beside it.
    root.set("aria-hidden", "true")
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)


def draw(plots):
    """The SVG of each, or None for all where gnuplot is not installed; one
    without a point has none."""
    if not at_hand():
        return [None] * len(plots)
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder) / f"{at}.svg" for at in range(len(plots))]
        drawn = [(plot, path) for plot, path in zip(plots, paths)
                 if any(plot.series)]
        script = HEAD + "".join(line for plot, path in drawn
                                for line in plot.script(path))
        try:
            subprocess.run(["gnuplot", "-"], input=script, text=True, cwd=folder,
                           capture_output=True, check=True, timeout=TIMEOUT)
        except subprocess.SubprocessError as error:
            raise Infrastructure(f"gnuplot failed: {error}; "
                                 f"{str(error.stderr)[-300:]}") from error
        return [svg_of(path) if path.exists() else None for path in paths]
