// Press one control, if it is still the one that was found. Returns "" or why not.
({mark, index, name, label}) => {
  const one = document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href]")[index];
  const face = one && (one.tagName === "INPUT" ? one.value || one.alt : one.textContent) || "";
  if (window.__seen !== mark || !one || (one.getAttribute("name") || "") !== name
      || face.replace(/\s+/g, " ").trim().replace(/[\s:*]+$/, "") !== label) return "the page has changed";
  one.focus();
  one.click();
  return "";
}
