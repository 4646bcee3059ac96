// SPDX-License-Identifier: Apache-2.0
// The table is whole without this. What is added: filters, folding, a way
// through the cells by keyboard, and what is behind a cell. Text of vectors and
// parsers only ever becomes textContent.
"use strict";
(() => {
  const PAGE = 15; // rows
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  const table = one("#matrix");
  const heads = [...table.tHead.rows[0].cells].slice(1);
  const readers = heads.map((head) => head.textContent);
  const groups = [...table.tBodies].map((body) => ({
    body, name: body.dataset.group, fold: body.rows[0].cells[0],
    rows: [...body.rows].slice(1).map((row) => ({
      row, id: row.dataset.id, cells: [...row.cells].slice(1),
      text: row.cells[0].textContent.toLowerCase(),
      signs: [...row.cells].slice(1).map((cell) => cell.textContent),
    })),
  }));
  const rows = groups.flatMap((group) => group.rows);
  let parsed = null; // the data, once something of it is looked at
  const data = () => parsed ??= JSON.parse(one("#data").textContent);

  // ---- filters ----------------------------------------------------------

  const query = one("#query"), verdict = one("#verdict");
  const group = one("#group"), parser = one("#parser");
  const isBad = (cell) => cell.classList.contains("bad");

  function matches(item, name) {
    const column = parser.value === "" ? -1 : Number(parser.value);
    const wanted = query.value.trim().toLowerCase();
    const hit = (cell, i) => (column < 0 || column === i) &&
      (verdict.value === "bad" ? isBad(cell) : cell.textContent === verdict.value);
    return (group.value === "" || group.value === name) &&
      item.text.includes(wanted) &&
      (verdict.value === "" || item.cells.some(hit));
  }

  function showColumns() {
    const column = parser.value === "" ? -1 : Number(parser.value);
    for (const row of table.rows)
      for (let i = 1; i < row.cells.length; i++)
        row.cells[i].hidden = column >= 0 && column !== i - 1;
  }

  function filter() {
    let found = 0;
    for (const {body, name, fold, rows} of groups) {
      const folded = fold.getAttribute("aria-expanded") === "false";
      let here = 0;
      for (const item of rows) {
        const wanted = matches(item, name);
        item.row.hidden = folded || !wanted;
        here += wanted;
      }
      body.hidden = here === 0;
      found += here;
    }
    one("#found").textContent = `${found} of ${rows.length} vectors`;
    if (!current || !isShown(current)) stop(grid()[0]?.[0]);
  }

  function setFold(group, folded) {
    group.fold.setAttribute("aria-expanded", String(!folded));
  }

  function foldAll() {
    const folded = one("#fold").textContent.startsWith("Fold");
    for (const group of groups) setFold(group, folded);
    one("#fold").textContent = folded ? "Unfold all groups" : "Fold all groups";
    filter();
  }

  // ---- keyboard ---------------------------------------------------------

  let current = null; // the one cell that Tab stops at
  const isShown = (cell) =>
    !cell.hidden && !cell.parentNode.hidden && !cell.closest("tbody").hidden;

  // What can be stopped at: the first cell of a group's row, and all verdicts.
  function grid() {
    const stops = [];
    for (const group of groups) {
      if (group.body.hidden) continue;
      stops.push([group.fold]);
      for (const {row, cells} of group.rows)
        if (!row.hidden) stops.push(cells.filter((cell) => !cell.hidden));
    }
    return stops;
  }

  function stop(cell, focus) {
    if (current) current.tabIndex = -1;
    current = cell ?? null;
    if (!current) return;
    current.tabIndex = 0;
    if (focus) {
      current.focus();
      current.scrollIntoView({block: "nearest"});
    }
  }

  function move(key) {
    const stops = grid();
    const y = stops.findIndex((cells) => cells.includes(current));
    if (y < 0) return false;
    const x = stops[y].indexOf(current);
    const to = (row, column) => {
      const cells = stops[Math.max(0, Math.min(row, stops.length - 1))];
      stop(cells[Math.max(0, Math.min(column, cells.length - 1))], true);
    };
    const column = current.matches(".fold") ? lastColumn : x;
    lastColumn = column;
    const moves = {
      ArrowUp: () => to(y - 1, column), ArrowDown: () => to(y + 1, column),
      ArrowLeft: () => to(y, x - 1), ArrowRight: () => to(y, x + 1),
      PageUp: () => to(y - PAGE, column), PageDown: () => to(y + PAGE, column),
      Home: () => to(0, 0), End: () => to(stops.length - 1, column),
    };
    if (!moves[key]) return false;
    moves[key]();
    return true;
  }
  let lastColumn = 0;

  function act(cell) {
    const group = groups.find(({fold}) => fold === cell);
    if (group) {
      setFold(group, cell.getAttribute("aria-expanded") === "true");
      stop(cell);
      filter();
    } else {
      choose(cell);
    }
  }

  // ---- what is behind a cell --------------------------------------------

  let chosen = null;

  function facts(pairs) {
    const list = make("dl", {});
    for (const [name, value] of pairs)
      if (value !== undefined && value !== "")
        list.append(make("dt", {textContent: name}),
          make("dd", {textContent: value}));
    return list;
  }

  // Its lines; those of the field that lies are marked.
  function map(lines, lie) {
    const block = make("pre", {});
    let position = null;
    for (const line of lines) {
      const part = /^(?:([0-9a-f]{8}) \w+|base block) \d+/.exec(line);
      if (part) position = part[1] ? parseInt(part[1], 16) + 4096 : 0;
      const field = /^ {2}\+(\d+) /.exec(line);
      const lies = lie !== null && position !== null && field &&
        position + Number(field[1]) === lie;
      block.append(lies ? make("mark", {textContent: line}) : line, "\n");
    }
    return block;
  }

  function choose(cell) {
    const item = rows.find(({cells}) => cells.includes(cell));
    const column = item.cells.indexOf(cell);
    const {lines, vectors, cells, meanings} = data();
    const vector = vectors[item.id];
    const told = cells[column][item.id] ?? {};
    if (chosen) chosen.removeAttribute("aria-selected");
    chosen = cell;
    chosen.setAttribute("aria-selected", "true");
    const sign = cell.textContent;
    one("#chosen").textContent = `${item.id}, ${readers[column]}`;
    const text = vector.show.map((index) => lines[index]);
    const rule = text.indexOf("");
    const body = text.findIndex((line) => line.endsWith(".recipe"));
    one("#shown").replaceChildren(
      make("p", {textContent: vector.says}),
      facts([["verdict", `${sign}: ${meanings[sign]}`],
        ["label", told.label ? told.label + (told.why ? `: ${told.why}` : "") : ""],
        ["what", told.says], ["first at key", told.key], ["name", told.name],
        ["field", told.field], ["expected", told.expected],
        ["received", told.received], ["rule", vector.rule],
        ["lie", vector.lie], ["twin", vector.twin],
        ["a strict reader", vector.strict], ["a forensic reader", vector.forensic]]),
      make("h3", {textContent: "Recipe and map"}),
      map(text.slice(body < 0 ? rule + 1 : body), vector.position));
    if (!vector.whole)
      one("#shown").append(make("p", {textContent:
        `Only the first part; all of it: hiveproof conform show ${item.id}`}));
    one("#details").hidden = false;
    one(".columns").classList.add("open");
    one("#details").scrollTop = 0;
    one("#chosen").focus();
  }

  function close() {
    one("#details").hidden = true;
    one(".columns").classList.remove("open");
    if (chosen) chosen.removeAttribute("aria-selected");
    if (chosen && isShown(chosen)) stop(chosen, true);
    else current?.focus();
    chosen = null;
  }

  // ---- together ---------------------------------------------------------

  function fill() {
    const signs = new Map();
    for (const {cells} of rows)
      for (const cell of cells) signs.set(cell.textContent, 1);
    for (const item of all("#signs li")) {
      const sign = item.querySelector("b").textContent;
      if (signs.has(sign))
        verdict.append(make("option", {value: sign, textContent: item.textContent}));
    }
    for (const {name} of groups)
      group.append(make("option", {value: name, textContent: name}));
    readers.forEach((name, i) =>
      parser.append(make("option", {value: String(i), textContent: name})));
  }

  function prepare() {
    fill();
    table.setAttribute("role", "grid");
    for (const {fold, rows} of groups) {
      fold.classList.add("fold");
      fold.setAttribute("aria-expanded", "true");
      fold.tabIndex = -1;
      for (const {cells} of rows)
        for (const cell of cells) cell.tabIndex = -1;
    }
    table.addEventListener("click", (event) => {
      const cell = event.target.closest("tbody td, tbody th");
      if (cell && (cell.matches(".fold") || cell.matches("td:not(.count)"))) {
        stop(cell);
        act(cell);
      }
    });
    table.addEventListener("focusin", (event) => {
      if (event.target.matches("tbody td, .fold") && event.target !== current)
        stop(event.target);
    });
    table.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !current) return;
      if (event.key === "Enter" || event.key === " ") act(current);
      else if (!move(event.key)) return;
      event.preventDefault();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !one("#details").hidden) close();
      if (event.key === "/" && !event.target.matches("input, select")) {
        event.preventDefault();
        query.focus();
      }
    });
    query.addEventListener("input", filter);
    for (const select of [verdict, group]) select.addEventListener("change", filter);
    parser.addEventListener("change", () => { showColumns(); filter(); });
    one("#filter").addEventListener("submit", (event) => event.preventDefault());
    one("#filter").addEventListener("reset", () =>
      setTimeout(() => { showColumns(); filter(); }));
    one("#fold").addEventListener("click", foldAll);
    one("#filter").hidden = false;
    document.documentElement.classList.add("scripted");
    filter();
    document.documentElement.dataset.ready = "1";
  }

  prepare();
})();
