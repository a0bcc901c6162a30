// One look at one frame: every control with its witnesses and what it shows.
// Arguments: {text: also the visible text, tables: also the rows of every table}.
// Returns JSON where it can: a string crosses three processes at a quarter of the price of an object.
// Touches nothing but one mark on the window, by which a page is told from its successor.
({text = false, tables = false} = {}) => {
  const clean = (words) => (words || "").replace(/\s+/g, " ").trim();
  const caption = (words) => clean(words).replace(/[\s:*]+$/, "");
  const CONTROL = "input:not([type=hidden]), select, textarea, button, a[href]";
  const BOX = "input:not([type=hidden]), select, textarea, button";
  const shown = (one) => one.getClientRects().length > 0;
  const holds = (cell) => cell.querySelector(BOX) !== null;
  const is_row = (row) => row.cells && row.cells.length > 0;
  const wordy = (cell) => cell && !holds(cell) && /\p{L}/u.test(cell.textContent);

  // What stands in front of the control inside its own cell, back to the control before.
  const before_in_cell = (one, cell) => {
    let words = "";
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_ALL);
    for (let node = walker.nextNode(); node && node !== one; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE && !node.parentElement.closest("option, script")) {
        words += node.data + " ";
      } else if (node.nodeType === Node.ELEMENT_NODE && node.matches(BOX)) words = "";
      else if (node.nodeType === Node.ELEMENT_NODE && node.matches("table")) return "";
    }
    return caption(words);
  };
  const left_of = (cell) => cell.previousElementSibling;
  const column_of = (cell) => {
    let at = 0;
    for (let one = cell.previousElementSibling; one; one = one.previousElementSibling) at += one.colSpan || 1;
    return at;
  };
  const cell_at = (row, column) => {
    let at = 0;
    for (const cell of row.cells) {
      if (column >= at && column < at + (cell.colSpan || 1)) return cell;
      at += cell.colSpan || 1;
    }
    return null;
  };
  const rows_above = (row) => {
    const rows = Array.from(row.closest("table").rows);
    return rows.slice(0, rows.indexOf(row)).reverse();
  };
  // The head of the column: the nearest row above of words only, at least two of them.
  const column_head = (cell, row) => {
    for (const above of rows_above(row)) {
      if (holds(above)) continue;
      const words = Array.from(above.cells).filter(wordy);
      if (words.length < 2) return "";
      const head = cell_at(above, column_of(cell));
      return wordy(head) ? caption(head.textContent) : "";
    }
    return "";
  };
  // The section: the nearest row above that says one thing and holds nothing.
  const section_above = (row) => {
    for (const above of rows_above(row)) {
      if (!is_row(above)) { if (clean(above.textContent)) return caption(above.textContent); continue; }
      if (holds(above)) continue;
      const words = Array.from(above.cells).filter((cell) => clean(cell.textContent));
      if (words.length === 1 && wordy(words[0])) return caption(words[0].textContent);
    }
    return "";
  };
  const before_table = (table) => {
    if (table.caption) return caption(table.caption.textContent);
    for (let node = table.previousSibling; node; node = node.previousSibling) {
      if (node.nodeType === Node.ELEMENT_NODE && node.matches("table, form, script, style, hr")) return "";
      if (node.nodeType !== Node.COMMENT_NODE && clean(node.textContent)) {
        return node.nodeType === Node.ELEMENT_NODE && node.querySelector(CONTROL) ? "" : caption(node.textContent);
      }
    }
    return "";
  };
  // The captions left of a cell, nearest first, as far as they stand without a box between.
  const heads_left = (cell) => {
    const heads = [];
    for (let left = left_of(cell); left && wordy(left); left = left_of(left)) heads.push(caption(left.textContent));
    return heads;
  };
  const witness = (one) => {
    const named = (one.labels && one.labels.length && one.labels[0].textContent)
      || one.getAttribute("aria-label") || "";
    const path = [];
    let label = caption(named);
    let inner = true;
    for (let cell = one.closest("td, th"); cell; ) {
      const row = cell.closest("tr"), table = cell.closest("table");
      if (!row || !table) break;
      const found = [];
      if (inner) { const words = before_in_cell(one, cell); if (words) found.push(words); }
      found.push(...heads_left(cell));
      const head = column_head(cell, row);
      if (!found.length && head) found.push(head);
      else if (head && row.querySelectorAll("td, th").length > 2 && table.querySelector("th")) found.push(head);
      // A box alone in a table of its own is captioned by the cell that the table stands in.
      const alone = !path.length && !one.matches("[type=checkbox], [type=radio]");
      if ((inner || alone) && !label && found.length) label = found.shift();
      path.push(...found);
      const section = section_above(row) || before_table(table);
      if (section) path.push(section);
      cell = table.parentElement && table.parentElement.closest("td, th");
      inner = false;
    }
    const set = one.closest("fieldset");
    if (set && set.querySelector("legend")) path.push(caption(set.querySelector("legend").textContent));
    if (!label) {
      if (one.matches("[type=checkbox], [type=radio]") && one.nextSibling) label = caption(one.nextSibling.textContent);
      else if (!one.closest("td, th")) label = before_in_cell(one, one.parentElement);
    }
    return {label, path: path.filter((words, at) => words !== label || at > 0)};
  };
  const kind_of = (one) => {
    if (one.tagName === "A") return "link";
    if (one.tagName === "SELECT" || one.tagName === "TEXTAREA") return one.tagName.toLowerCase();
    if (one.tagName === "BUTTON" || ["submit", "button", "reset", "image"].includes(one.type)) return "button";
    return one.type;
  };
  const value_of = (one, kind) => {
    if (kind === "checkbox" || kind === "radio") return one.checked ? "on" : "";
    if (kind === "select") return one.selectedIndex < 0 ? "" : clean(one.options[one.selectedIndex].text);
    if (kind === "password") return one.value ? "***" : "";
    return one.value ?? "";
  };
  const controls = [];
  const places = new Map();
  document.querySelectorAll(CONTROL).forEach((one, index) => {
    if (!shown(one)) return;
    places.set(one, index);
    const kind = kind_of(one);
    const press = kind === "button" || kind === "link";
    const {label, path} = press
      ? {label: caption(one.tagName === "INPUT" ? one.value || one.alt : one.textContent), path: []}
      : witness(one);
    controls.push({
      index, kind, label, path,
      name: one.getAttribute("name") || "",
      options: kind === "select" ? Array.from(one.options, (each) => clean(each.text)) : [],
      max_chars: one.maxLength > 0 ? one.maxLength : 0,
      fixed: Boolean(one.readOnly || one.disabled),
      value: press ? "" : value_of(one, kind),
    });
  });
  window.__seen ??= Math.random().toString(36).slice(2);
  const rows = (read) => (table) => Array.from(table.rows, (row) => Array.from(row.cells, read));
  const words = rows((cell) => clean(cell.innerText));
  const held = rows((cell) => Array.from(cell.querySelectorAll(CONTROL), (one) => places.get(one)).filter((at) => at >= 0));
  const leaves = tables ? Array.from(document.querySelectorAll("table")).filter((table) => !table.querySelector("table")) : [];
  const seen = {
    mark: window.__seen,
    complete: document.readyState === "complete",
    title: clean(document.title),
    path: location.pathname + location.search,
    controls,
    text: text && document.body ? document.body.innerText : "",
    tables: leaves.map(words),
    held: leaves.map(held),
  };
  // Old libraries teach arrays and strings a toJSON of their own, which spoils it.
  return [].toJSON || "".toJSON || Object.prototype.toJSON ? seen : JSON.stringify(seen);
}
