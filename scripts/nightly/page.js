// SPDX-License-Identifier: Apache-2.0
// The page is whole without this, but for findings behind the first hundreds of
// a group. What is added: those, search, a way through all by keyboard, and
// buttons that copy replay lines. Text only ever becomes textContent.
"use strict";
(() => {
  const PAGE = 15;   // findings
  const CHUNK = 100; // likewise
  const ROW = 32;    // its height, about, in pixels
  const one = (selector) => document.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  function make(tag, properties) {
    return Object.assign(document.createElement(tag), properties);
  }

  // ---- rows -------------------------------------------------------------

  let parsed = null; // what has no row yet, once it is looked at
  const rest = () => parsed ??= JSON.parse(one("#rest").textContent);

  function build(values) {
    const row = one("#row").content.firstElementChild.cloneNode(true);
    const fields = new Map(rest().fields.map((name, i) => [name, values[i]]));
    row.id = fields.get("row");
    row.dataset.target = fields.get("target");
    for (const place of all("[data-field]", row))
      place.textContent = fields.get(place.dataset.field);
    return row;
  }

  // An item is a finding: `row`, or where it has none yet its place in the rest.
  const text = (item) => item.text ??= (item.row ? item.row.textContent
    : rest().groups[item.group][item.at].join("\n")).toLowerCase();
  const targetOf = (item) => item.row ? item.row.dataset.target
    : rest().groups[item.group][item.at][1];
  const head = (item) => item.row.firstElementChild;

  function fill(chunk) {
    if (chunk.items[0].row) return;
    for (const item of chunk.items) {
      item.row = build(rest().groups[item.group][item.at]);
      item.row.hidden = !item.fits;
      head(item).tabIndex = -1;
      rowItems.set(item.row, item);
    }
    chunk.box.append(...chunk.items.map((item) => item.row));
    chunk.box.style.minHeight = "";
  }

  const chunks = [], items = [];
  const rowItems = new Map();
  const near = new IntersectionObserver((entries) => {
    for (const {isIntersecting, target} of entries)
      if (isIntersecting) fill(chunks.find(({box}) => box === target));
  }, {rootMargin: "1000px"});

  function addChunk(box, group, members) {
    const chunk = {box, group, items: members};
    for (const item of members) {
      Object.assign(item, {group, chunk, fits: true});
      if (item.row) rowItems.set(item.row, item);
    }
    chunks.push(chunk);
    items.push(...members);
  }

  function collect(section) {
    const group = section.dataset.group;
    let there = 0;
    for (const box of all(".chunk", section)) {
      addChunk(box, group, [...box.children].map((row) => ({row})));
      there += box.children.length;
    }
    const missing = Number(section.dataset.count) - there;
    for (let from = 0; from < missing; from += CHUNK) {
      const box = make("div", {className: "chunk waiting"});
      const count = Math.min(CHUNK, missing - from);
      section.append(box);
      addChunk(box, group,
        Array.from({length: count}, (_, i) => ({row: null, at: from + i})));
      box.style.minHeight = `${count * ROW}px`;
      near.observe(box);
    }
  }

  // ---- search -----------------------------------------------------------

  const found = one("#found"), query = one("#query");
  const status = one("#status"), target = one("#target");
  const sections = all("section.group");

  function filterChunk(chunk, wanted) {
    let count = 0;
    for (const item of chunk.items) {
      item.fits = (status.value === "" || status.value === item.group) &&
        (target.value === "" || target.value === targetOf(item)) &&
        (wanted === "" || text(item).includes(wanted));
      if (item.row) item.row.hidden = !item.fits;
      count += item.fits;
    }
    chunk.box.hidden = count === 0;
    if (!chunk.items[0].row) chunk.box.style.minHeight = `${count * ROW}px`;
    return count;
  }

  function filter() {
    const wanted = query.value.trim().toLowerCase();
    const counts = new Map();
    for (const chunk of chunks)
      counts.set(chunk.group,
        (counts.get(chunk.group) ?? 0) + filterChunk(chunk, wanted));
    let total = 0;
    for (const section of sections) {
      const count = counts.get(section.dataset.group) ?? 0;
      section.hidden = count === 0;
      total += count;
    }
    found.textContent = `${total} of ${items.length} findings`;
    if (!current || !current.fits) stop(items.find(({fits}) => fits));
  }

  // ---- keyboard ---------------------------------------------------------

  let current = null; // the one finding that Tab stops at

  function stop(item, focus) {
    if (current) head(current).tabIndex = -1;
    current = item ?? null;
    if (!current) return;
    fill(current.chunk);
    head(current).tabIndex = 0;
    if (focus) {
      head(current).focus();
      head(current).scrollIntoView({block: "nearest"});
    }
  }

  function move(key) {
    const list = items.filter(({fits}) => fits);
    const at = list.indexOf(current);
    const to = {
      ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - PAGE, PageDown: at + PAGE,
      Home: 0, End: list.length - 1,
    }[key];
    if (to === undefined || at < 0) return false;
    stop(list[Math.max(0, Math.min(to, list.length - 1))], true);
    return true;
  }

  // ---- copying ----------------------------------------------------------

  // Where there is no clipboard, the line is selected and copied from there.
  async function copy(code, button) {
    let done = false;
    try {
      await navigator.clipboard.writeText(code.textContent);
      done = true;
    } catch {
      getSelection().selectAllChildren(code);
      done = document.execCommand("copy");
    }
    button.textContent = done ? "Copied" : "Selected";
  }

  function offer(row) {
    const code = row.querySelector(".replay");
    if (!row.open || code.textContent === "" || row.querySelector(".copy")) return;
    const button = make("button",
      {type: "button", className: "copy", textContent: "Copy"});
    button.addEventListener("click", () => copy(code, button));
    code.after(" ", button);
  }

  function copyOf(row) {
    row.open = true;
    offer(row);
    row.querySelector(".copy")?.click();
  }

  // ---- together ---------------------------------------------------------

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const onHead = event.target.matches(".finding > summary");
    if (event.key === "/" && !event.target.matches("input, select"))
      query.focus();
    else if (onHead && event.key === "c")
      copyOf(event.target.parentNode);
    else if (!onHead || !move(event.key))
      return;
    event.preventDefault();
  }

  // #f-ID opens that finding.
  function follow() {
    const id = location.hash.slice(1);
    if (!id.startsWith("f-")) return;
    const item = items.find((item) => item.row ? item.row.id === id
      : rest().groups[item.group][item.at][0] === id);
    if (!item) return;
    stop(item, true);
    item.row.open = true;
  }

  function listen() {
    // toggle does not bubble; it is caught on its way down.
    document.addEventListener("toggle", (event) => {
      if (event.target.matches(".finding")) offer(event.target);
    }, true);
    document.addEventListener("focusin", (event) => {
      const item = rowItems.get(event.target.parentNode);
      if (item && item !== current && event.target === head(item)) stop(item);
    });
    document.addEventListener("keydown", onKey);
    query.addEventListener("input", filter);
    for (const select of [status, target]) select.addEventListener("change", filter);
    one("#filter").addEventListener("submit", (event) => event.preventDefault());
    one("#filter").addEventListener("reset", () => setTimeout(filter));
    // A browser that goes to the place itself takes the focus away.
    for (const event of ["load", "hashchange"]) addEventListener(event, follow);
    addEventListener("beforeprint", () => chunks.forEach(fill));
  }

  function prepare() {
    sections.forEach(collect);
    for (const row of rowItems.keys()) row.firstElementChild.tabIndex = -1;
    listen();
    one("#filter").hidden = items.length === 0;
    found.textContent = `${items.length} of ${items.length} findings`;
    if (items.length > 0) stop(items[0]);
    document.documentElement.dataset.ready = "1";
  }

  prepare();
})();
