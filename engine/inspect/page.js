// SPDX-License-Identifier: Apache-2.0
// The page is whole without this. What is added: lines that can be chosen, the
// fields and bytes of what was chosen, a tree of the keys, a search.
// The lines in the page's <pre> elements are the data, and nothing is parsed
// before it is looked at. Text of the hive only ever becomes textContent.
"use strict";
(() => {
  const BASE_SIZE = 4096;
  const INLINE = 0x80000000;
  const NIL = 0xffffffff;
  const ROWS = 200; // results, fields or subkeys that are shown at once
  const HEX_BYTES = 512;
  const SLICE = 25; // milliseconds of searching before the page may breathe
  // As describe.c writes them (hp_words_part).
  const LINE = new RegExp("^(base|[0-9a-f]{8}) (\\w+) (\\d+)" +
    "(?: !(\\d+)(?:-(\\d+))?)?( differs)?( loose)?" +
    "(?: of (base|[0-9a-f]{8}))?( unreached)?(?: was (\\w+))?");
  const PLACE = /(?:^|^!\d+ at )(base|[0-9a-f]{8}) /;
  const KEY = /^([0-9a-f]{8}) (\d+) *(.*)$/;

  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];

  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  const hex = (number, digits) => number.toString(16).padStart(digits, "0");
  const placeName = (offset) => offset < 0 ? "base" : hex(offset, 8);
  const offsetOf = (place) =>
    place === "base" ? -BASE_SIZE : parseInt(place, 16);

  // ---- lines ------------------------------------------------------------

  const textOf = (block) => block.textContent;
  const cellBlocks = all("#cells pre.block");
  const starts = cellBlocks.map((block) => Number(block.dataset.from));
  const problemBlocks = all("#problems pre.block");
  const keyBlocks = all("#keys pre.block");
  const recent = new Map(); // block to its lines, the last few

  function linesOf(block) {
    let lines = recent.get(block);
    if (!lines) {
      lines = textOf(block).split("\n");
      lines.pop();
      recent.set(block, lines);
      if (recent.size > 16) recent.delete(recent.keys().next().value);
    }
    return lines;
  }

  function parse(line) {
    const found = LINE.exec(line);
    if (!found) return null;
    const [, place, word, size, first, last, , , owner, , was] = found;
    return {
      line, word, size: Number(size), offset: offsetOf(place),
      problems: first ? [Number(first), Number(last || first)] : null,
      owner: owner === undefined ? null : offsetOf(owner),
      kind: word === "block" ? "base block" : word === "free" && was ? was : word,
    };
  }

  // The part that starts at `offset`, or null.
  function partAt(offset) {
    let low = 0, high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= offset) low = middle; else high = middle;
    }
    if (starts.length === 0) return null;
    const start = placeName(offset) + " ";
    const line = linesOf(cellBlocks[low]).find((l) => l.startsWith(start));
    return line === undefined ? null : parse(line);
  }

  function problem(number) {
    const block = problemBlocks[Math.floor((number - 1) / 256)];
    return linesOf(block)[(number - 1) % 256];
  }

  // ---- bytes ------------------------------------------------------------

  const counts = one("#counts").dataset;
  const embedded = Number(counts.embedded);
  let base64 = null;

  // The file's bytes [from, from + size), as far as the page has them.
  function bytesAt(from, size) {
    base64 ??= one("#image").textContent;
    const end = Math.min(from + size, embedded);
    if (end <= from) return new Uint8Array(0);
    const first = Math.floor(from / 3);
    const text = atob(base64.slice(4 * first, 4 * Math.ceil(end / 3)));
    const bytes = new Uint8Array(end - from);
    for (let i = 0; i < bytes.length; i++)
      bytes[i] = text.charCodeAt(i + from - 3 * first);
    return bytes;
  }

  const isCell = (part) => !["block", "bin", "gap", "tail"].includes(part.word);

  // A reader of the part's content: behind the size of a cell.
  function payloadOf(part, most = Infinity) {
    const head = isCell(part) ? 4 : 0;
    const bytes = bytesAt(part.offset + BASE_SIZE + head,
      Math.min(part.size - head, most));
    const view = new DataView(bytes.buffer);
    const read = (method, width) => (at) =>
      at + width <= bytes.length ? view[method](at, true) : 0;
    return {bytes, head, size: part.size - head,
      u16: read("getUint16", 2), u32: read("getUint32", 4)};
  }

  // ---- fields -----------------------------------------------------------

  const legend = new Map(); // kind to its fields
  for (const row of all("#legend tbody tr")) {
    const [kinds, name, , meaning] = [...row.cells].map((c) => c.textContent);
    const field = {name, meaning, at: Number(row.dataset.at),
      width: Number(row.dataset.width), stride: Number(row.dataset.stride),
      form: row.dataset.form};
    for (const kind of kinds.split(" or ")) {
      if (!legend.has(kind)) legend.set(kind, []);
      legend.get(kind).push(field);
    }
  }
  const words = all("#words tbody tr").map((row) => {
    const [form, number, word] = [...row.cells].map((c) => c.textContent);
    return {form, number: Number(number), word};
  });

  // Bytes of the payload that the record takes (part_fields.c, content).
  function content(part, payload) {
    const owner = part.owner === null ? null : partAt(part.owner);
    const ownersAt = (kind, method, at) =>
      owner && owner.kind === kind ? payloadOf(owner, 100)[method](at) : 0;
    switch (part.kind) {
    case "nk": return 76 + payload.u16(72);
    case "vk": return 20 + payload.u16(2);
    case "lf": case "lh": return 4 + 8 * payload.u16(2);
    case "li": case "ri": return 4 + 4 * payload.u16(2);
    case "values": return 4 * ownersAt("nk", "u32", 36);
    case "class": return ownersAt("nk", "u16", 74);
    case "data": return ownersAt("vk", "u32", 4);
    case "db": return 8;
    case "segments": return 4 * ownersAt("db", "u16", 2);
    case "sk": return 20 + payload.u32(16);
    case "cell": case "free": return 0;
    default: return payload.size;
    }
  }

  function* fieldsOf(part, payload) {
    const used = Math.min(content(part, payload), payload.size);
    const head = bytesAt(part.offset + BASE_SIZE, 4);
    for (const field of isCell(part) ? legend.get("every cell") : []) {
      if (field.name === "size") yield {field, at: 0, bytes: head};
    }
    const rows = (legend.get(part.kind) || []);
    for (const field of rows) {
      const step = field.stride || Infinity;
      for (let at = field.at, index = 0; at < used; at += step, index++) {
        const width = field.width || used - at;
        if (field.stride && at + width > used) break;
        yield {field, index: field.stride ? index : null,
          at: at + payload.head, size: Math.min(width, used - at),
          bytes: payload.bytes.subarray(at, Math.min(at + width, used))};
      }
    }
    if (isCell(part) && used < payload.size)
      yield {field: legend.get("every cell").find((f) => f.name === "slack"),
        at: used + payload.head, size: payload.size - used,
        bytes: payload.bytes.subarray(used)};
  }

  // What must not be seen as it is, as \xNN or \uNNNN (base/escape.c).
  const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;
  const visible = (text) => text.replace(HIDDEN, (c) => {
    const point = c.codePointAt(0);
    return point < 256 ? "\\x" + hex(point, 2).toUpperCase()
      : [...Array(c.length).keys()].map((i) =>
        "\\u" + hex(c.charCodeAt(i), 4).toUpperCase()).join("");
  });

  function text(bytes, narrow) {
    const units = [];
    for (let i = 0; i + (narrow ? 0 : 1) < bytes.length; i += narrow ? 1 : 2)
      units.push(narrow ? bytes[i] : bytes[i] | bytes[i + 1] << 8);
    return visible(units.map((u) => String.fromCharCode(u)).join(""));
  }

  function numberOf(bytes) {
    return bytes.reduceRight((sum, byte) => sum << 8n | BigInt(byte), 0n);
  }

  function timeOf(number) {
    if (number === 0n) return "";
    const time = new Date(Number(number / 10000n - 11644473600000n));
    if (isNaN(time) || time.getUTCFullYear() > 9999) return "";
    return time.toISOString().slice(0, 19).replace("T", " ") + " UTC";
  }

  function guidOf(bytes) {
    const part = (indices) => indices.map((i) => hex(bytes[i], 2)).join("");
    return `{${part([3, 2, 1, 0])}-${part([5, 4])}-${part([7, 6])}-` +
      `${part([8, 9])}-${part([10, 11, 12, 13, 14, 15])}}`;
  }

  const bytesText = (bytes) => [...bytes.subarray(0, 32)]
    .map((b) => hex(b, 2)).join(" ") + (bytes.length > 32 ? " ..." : "");

  function target(offset) {
    if (offset === NIL) return ["none"];
    const part = partAt(offset);
    if (!part || !isCell(part)) return ["no cell starts there"];
    return [link(part)];
  }

  function link(part) {
    return make("button", {type: "button", className: "target place",
      textContent: part.line.slice(0, 160)});
  }

  function meant(part, payload, {field, bytes}) {
    const number = numberOf(bytes);
    switch (field.form) {
    case "signature": return [`"${text(bytes, true)}"`];
    case "time": return [timeOf(number)];
    case "place":
      return part.kind === "vk" && payload.u32(4) >= INLINE
        ? ["the data itself"] : target(Number(number));
    case "key-flags": case "value-flags":
      return [words.filter((w) => w.form === field.form &&
        number & BigInt(w.number)).map((w) => w.word).join(" ")];
    case "type":
      return [words.find((w) => w.form === "type" &&
        BigInt(w.number) === number)?.word ?? ""];
    case "size":
      return [number >= BigInt(INLINE)
        ? `in use, ${0x100000000n - number} bytes` : `free, ${number} bytes`];
    default: return [String(number)];
    }
  }

  function valueOf(part, payload, item) {
    const {field, bytes, size} = item;
    if (size > bytes.length && bytes.length === 0)
      return ["not in this page"];
    if (field.width > 0 && field.width <= 8)
      return [`0x${hex(numberOf(bytes), 2 * bytes.length)} `,
        ...meant(part, payload, item)];
    if (field.form === "guid" && bytes.length === 16) return [guidOf(bytes)];
    if (field.form === "utf16")
      return [`"${text(bytes, false).replace(/(\\x00)+$/, "")}"`];
    if (field.form === "name") {
      const narrow = part.kind === "nk" ? payload.u16(2) & 0x20
        : payload.u16(16) & 1;
      return [`"${text(bytes, narrow)}"`];
    }
    return [bytesText(bytes)];
  }

  // Adds what `items` yields, ROWS at a time, by `add`; a button for more.
  function addSome(items, add, box) {
    for (let i = 0; i < ROWS; i++) {
      const {value, done} = items.next();
      if (done) return;
      add(value);
    }
    const more = make("button", {type: "button", textContent: "Show more"});
    more.addEventListener("click", () => {
      more.remove();
      addSome(items, add, box);
    });
    box.append(more);
  }

  function fieldTable(part) {
    const payload = payloadOf(part, 1 << 20);
    const body = make("tbody");
    const table = make("table", {}, make("thead", {}, make("tr", {},
      ...["At", "Field", "Value", "Meaning"].map((t) =>
        make("th", {scope: "col", textContent: t})))), body);
    const box = make("div", {}, table);
    addSome(fieldsOf(part, payload), (item) => {
      const name = item.field.name +
        (item.index == null ? "" : `[${item.index}]`);
      body.append(make("tr", {},
        make("td", {textContent: `+${item.at}`}),
        make("td", {textContent: name}),
        make("td", {}, ...valueOf(part, payload, item)),
        make("td", {textContent: item.index ? "" : item.field.meaning})));
    }, box);
    return box;
  }

  // ---- hex --------------------------------------------------------------

  function hexLines(part, from) {
    const start = part.offset + BASE_SIZE;
    const bytes = bytesAt(start + from, Math.min(HEX_BYTES, part.size - from));
    const lines = [];
    for (let at = 0; at < bytes.length; at += 16) {
      const row = bytes.subarray(at, at + 16);
      const digits = [...row].map((b) => hex(b, 2)).join(" ").padEnd(47);
      const shown = [...row].map((b) =>
        b >= 32 && b < 127 ? String.fromCharCode(b) : ".").join("");
      lines.push(`${hex(start + from + at, 8)}  ${digits}  ${shown}`);
    }
    return lines.length > 0 ? lines.join("\n")
      : part.size === 0 ? "no bytes" : "These bytes are not in this page.";
  }

  function hexView(part) {
    const last = Math.max(0, Math.ceil(part.size / HEX_BYTES) - 1) * HEX_BYTES;
    const lines = make("pre", {className: "hex", tabIndex: 0});
    const where = make("span", {className: "where"});
    let from = 0;
    const show = (at) => {
      from = Math.min(Math.max(at, 0), last);
      lines.textContent = hexLines(part, from);
      where.textContent = ` +${from} to +` +
        `${Math.min(from + HEX_BYTES, part.size)} of ${part.size} bytes`;
    };
    const steps = [["First", () => 0], ["Previous", () => from - HEX_BYTES],
      ["Next", () => from + HEX_BYTES], ["Last", () => last]];
    const buttons = steps.map(([name, to]) => {
      const button = make("button", {type: "button", textContent: name});
      button.addEventListener("click", () => show(to()));
      return button;
    });
    show(0);
    return [make("h3", {textContent: "Bytes, by position in the file"}),
      make("p", {}, ...(last > 0 ? buttons : []), where), lines];
  }

  // ---- what was chosen --------------------------------------------------

  const chosen = one("#chosen"), shown = one("#shown");
  let cameFrom = null;

  function problemList(part) {
    const [first, last] = part.problems;
    const list = make("ul", {className: "rows"});
    const numbers = (function* () {
      for (let i = first; i <= last; i++) yield i;
    })();
    const box = make("div", {}, list);
    addSome(numbers, (i) => list.append(make("li", {className: "bad",
      textContent: problem(i)})), box);
    return [make("h3", {textContent: "Problems"}), box];
  }

  function show(offset) {
    const part = partAt(offset);
    if (!part) {
      chosen.textContent = `Nothing starts at ${placeName(offset)}`;
      shown.replaceChildren();
      return;
    }
    const owner = part.owner === null ? null : partAt(part.owner);
    chosen.textContent = part.line.slice(0, 400);
    chosen.dataset.place = placeName(offset);
    shown.replaceChildren(
      ...(owner ? [make("p", {}, "Belongs to ", link(owner))] : []),
      ...(part.problems ? problemList(part) : []),
      ...(legend.has(part.kind) || isCell(part)
        ? [make("h3", {textContent: "Fields"}), fieldTable(part)] : []),
      ...hexView(part));
    one("#inspector").scrollTop = 0;
  }

  function showHash() {
    const found = /^#at-(base|[0-9a-f]{8})$/.exec(location.hash);
    if (found) show(offsetOf(found[1]));
  }

  function choose(place, from) {
    cameFrom = from;
    location.hash = `at-${place}`;
    show(offsetOf(place));
    chosen.focus();
  }

  // ---- blocks -----------------------------------------------------------

  function lineButton(line) {
    return make("button", {type: "button", className:
      / !\d/.test(line.slice(0, 60)) || line[0] === "!" ? "place bad" : "place",
    textContent: line});
  }

  // Makes the lines of a block ones that can be chosen.
  function enhance(block) {
    if (block.dataset.ready) return;
    block.dataset.ready = "1";
    const rows = make("div", {className: `${block.className} rows`});
    let fields = null;
    for (const line of linesOf(block)) {
      if (line.startsWith(" ") && rows.lastChild) {
        fields ??= rows.appendChild(make("pre"));
        fields.append(line + "\n");
      } else {
        fields = null;
        rows.append(PLACE.test(line) ? lineButton(line)
          : make("p", {textContent: line}));
      }
    }
    block.hidden = true;
    block.after(rows);
  }

  function enhanceGroup(group) {
    for (const block of group.querySelectorAll("pre.block")) enhance(block);
  }

  document.addEventListener("toggle", (event) => {
    if (event.target.matches("details.group") && event.target.open)
      enhanceGroup(event.target);
  }, true);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.place");
    const found = button && PLACE.exec(button.textContent);
    if (found) choose(found[1], button);
  });

  // ---- search -----------------------------------------------------------

  const query = one("#query"), results = one("#results"), found = one("#found");
  const more = one("#more");
  let search = null; // what goes on finding

  function pattern(typed) {
    const number = /^0x([0-9a-f]{1,8})$/i.exec(typed);
    const literal = number ? number[1].padStart(8, "0") : typed;
    return new RegExp(literal.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "giu");
  }

  // The line of `content` that the match at `at` belongs to.
  function lineAround(content, at) {
    let start = content.lastIndexOf("\n", at - 1) + 1;
    while (start > 0 && content[start] === " ")
      start = content.lastIndexOf("\n", start - 2) + 1;
    let end = content.indexOf("\n", Math.max(at, start));
    if (start < at && content.lastIndexOf("\n", at) >= start)
      end = content.indexOf("\n", start);
    return [start, content.slice(start, end < 0 ? undefined : end)];
  }

  // Yields lines that match, and null where the page may breathe.
  function* matches(typed) {
    const wanted = pattern(typed);
    let until = performance.now() + SLICE;
    for (const block of [...cellBlocks, ...problemBlocks, ...keyBlocks]) {
      const content = textOf(block);
      let previous = -1;
      wanted.lastIndex = 0;
      for (let m; (m = wanted.exec(content));) {
        const [start, line] = lineAround(content, m.index);
        if (start !== previous) yield line;
        previous = start;
        const next = content.indexOf("\n", m.index);
        if (next < 0) break;
        wanted.lastIndex = Math.max(next, wanted.lastIndex);
        if (performance.now() > until) {
          yield null;
          until = performance.now() + SLICE;
        }
      }
      if (performance.now() > until) {
        yield null;
        until = performance.now() + SLICE;
      }
    }
  }

  function goOn(mine, left) {
    if (search !== mine) return;
    for (;;) {
      const {value, done} = mine.next();
      if (done || left === 0) {
        more.hidden = done;
        found.textContent = results.childElementCount === 0 ? "Nothing found."
          : `${results.childElementCount} found` + (done ? "." : ", and more.");
        if (!done) mine.held = value;
        results.dataset.done = "1";
        return;
      }
      if (value === null) {
        setTimeout(() => goOn(mine, left));
        return;
      }
      results.append(make("li", {}, lineButton(value)));
      left--;
    }
  }

  function startSearch() {
    results.replaceChildren();
    results.dataset.done = "";
    more.hidden = true;
    found.textContent = query.value === "" ? "" : "Searching ...";
    search = query.value === "" ? null : matches(query.value);
    if (search) goOn(search, ROWS);
  }

  more.addEventListener("click", () => {
    if (search.held) results.append(make("li", {}, lineButton(search.held)));
    search.held = null;
    goOn(search, ROWS);
  });
  query.addEventListener("input", startSearch);

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      query.focus();
    } else if (event.key === "Escape" && !typing && cameFrom) {
      cameFrom.focus();
      cameFrom = null;
    }
  });

  // ---- the tree of keys -------------------------------------------------

  // The keys in the order of the text; `end` is behind the last one below.
  const tree = {place: [], depth: [], name: [], end: []};

  function readKeys() {
    const open = [];
    const close = (depth) => {
      while (open.length > 0 && tree.depth[open[open.length - 1]] >= depth)
        tree.end[open.pop()] = tree.place.length;
    };
    for (const block of keyBlocks) {
      for (const line of textOf(block).split("\n")) {
        const key = KEY.exec(line);
        if (!key) continue;
        close(Number(key[2]));
        open.push(tree.place.length);
        tree.place.push(key[1]);
        tree.depth.push(Number(key[2]));
        tree.name.push(key[3]);
      }
    }
    close(0);
  }

  function item(index) {
    const element = make("li", {tabIndex: -1}, make("span", {textContent:
      tree.name[index] || "(no name)"}));
    element.setAttribute("role", "treeitem");
    element.dataset.index = index;
    if (tree.end[index] > index + 1)
      element.setAttribute("aria-expanded", "false");
    return element;
  }

  function* subkeys(index) {
    for (let i = index + 1; i < tree.end[index]; i = tree.end[i]) yield i;
  }

  function expand(element, open) {
    if (!element.hasAttribute("aria-expanded")) return;
    element.setAttribute("aria-expanded", String(open));
    let group = element.querySelector(":scope > ul");
    if (!group && open) {
      group = make("ul");
      group.setAttribute("role", "group");
      element.append(group);
      addItems(subkeys(Number(element.dataset.index)), group);
    }
    if (group) group.hidden = !open;
  }

  // Subkeys, ROWS at a time; the last item brings more.
  function addItems(items, group) {
    for (let i = 0; i < ROWS; i++) {
      const {value, done} = items.next();
      if (done) return;
      group.append(item(value));
    }
    const rest = make("li", {tabIndex: -1},
      make("span", {textContent: "Show more"}));
    rest.setAttribute("role", "treeitem");
    rest.activate = () => {
      addItems(items, group);
      const next = rest.nextElementSibling;
      rest.remove();
      if (next) focusItem(next);
    };
    group.append(rest);
  }

  function focusItem(element) {
    const box = one("#tree");
    box.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    element.tabIndex = 0;
    element.focus();
  }

  function activate(element) {
    if (element.activate) {
      element.activate();
      return;
    }
    one("#tree [aria-selected]")?.removeAttribute("aria-selected");
    element.setAttribute("aria-selected", "true");
    choose(tree.place[element.dataset.index], element);
  }

  const isOpen = (e) => e.getAttribute("aria-expanded") === "true";
  const above = (e) => e.parentElement.closest("[role=treeitem]");

  function lastInside(element) {
    while (isOpen(element)) {
      const last = element.querySelector(":scope > ul > :last-child");
      if (!last) break;
      element = last;
    }
    return element;
  }

  function below(element) {
    if (isOpen(element)) return element.querySelector(":scope > ul > li");
    while (element && !element.nextElementSibling) element = above(element);
    return element && element.nextElementSibling;
  }

  const moves = {
    ArrowDown: below,
    ArrowUp: (e) => e.previousElementSibling
      ? lastInside(e.previousElementSibling) : above(e),
    ArrowLeft: (e) => {
      if (!isOpen(e)) return above(e);
      expand(e, false);
      return e;
    },
    ArrowRight: (e) => {
      if (isOpen(e)) return below(e);
      expand(e, true);
      return e;
    },
    Home: () => one("#tree [role=treeitem]"),
    End: () => lastInside(one("#tree > ul").lastElementChild),
  };

  function treeKey(event) {
    const element = event.target.closest("[role=treeitem]");
    if (!element || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      activate(element);
    } else if (moves[event.key]) {
      const to = moves[event.key](element);
      if (to) focusItem(to);
    } else {
      return;
    }
    event.preventDefault();
  }

  function openTree() {
    const box = one("#tree");
    readKeys();
    if (tree.place.length === 0) return;
    const group = make("ul");
    box.append(group);
    const root = item(0);
    root.tabIndex = 0;
    group.append(root);
    expand(root, true);
    box.addEventListener("keydown", treeKey);
    box.addEventListener("click", (event) => {
      const element = event.target.closest("[role=treeitem]");
      if (!element) return;
      focusItem(element);
      expand(element, !isOpen(element));
      activate(element);
    });
    box.hidden = false;
    one("#keys-text").open = false;
  }

  // ---- start ------------------------------------------------------------

  document.documentElement.classList.add("scripted");
  one("#inspector").hidden = false;
  one("#find").hidden = false;
  for (const group of all("details.group[open]")) enhanceGroup(group);
  openTree();
  addEventListener("hashchange", showHash);
  showHash();
  document.documentElement.dataset.ready = "1";
})();
