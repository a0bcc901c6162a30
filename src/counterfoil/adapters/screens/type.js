// Type into several boxes of one page as a person would, in one go.
// Arguments: {mark, boxes: [{index, name, kind, text}]}. Returns "" or what stopped it; then
// some boxes may hold something, which the read-back will show.
// execCommand makes real input and change events, and a page cannot tell it from a hand.
({mark, boxes}) => {
  const CONTROL = "input:not([type=hidden]), select, textarea, button, a[href]";
  if (window.__seen !== mark) return "the page has changed";
  const all = document.querySelectorAll(CONTROL);
  for (const {index, name, field} of boxes) {
    if (!all[index] || (all[index].getAttribute("name") || "") !== name) return `${field}: the box has moved`;
  }
  for (const {index, kind, text, field} of boxes) {
    const one = all[index];
    if (kind === "select") {
      const found = Array.from(one.options).filter((each) => each.text.replace(/\s+/g, " ").trim() === text);
      if (found.length !== 1) return `${field}: ${found.length} options are the one we want`;
      if (!found[0].selected) {
        one.focus();
        found[0].selected = true;
        one.dispatchEvent(new Event("input", {bubbles: true}));
        one.dispatchEvent(new Event("change", {bubbles: true}));
      }
    } else if (kind === "checkbox" || kind === "radio") {
      if (one.checked !== (text === "on")) one.click();
    } else {
      if (one.maxLength >= 0 && text.length > one.maxLength) return `${field}: the box takes ${one.maxLength} characters only`;
      one.focus();
      one.select();
      const done = text ? document.execCommand("insertText", false, text)
        : !one.value || document.execCommand("delete");
      if (!done) return `${field}: the box does not take text`;
    }
  }
  if (document.activeElement) document.activeElement.blur();
  return "";
}
