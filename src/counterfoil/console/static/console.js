// The little that pages do by themselves. Everything works without it, with a reload.
//
// 1. A page refreshes what is marked data-live when the ledger has changed. Nothing is
//    refreshed under a person's hands: not while something is typed, ticked or open.
// 2. Keys: j k Enter x a r / ?
// 3. A one-time link's code stands after the #, which no server ever sees.

// An answer about changes is held back until there is one; then the page looks, and rests.
const REST_MS = 250;
const AWAY_MS = 1000;
const SIGNED_OFF = 204; // nothing to show any more; no error, since a page that is being left asks, too
const page = document.body;

// Refreshing

const waiting = new Map(); // what is newer than a part that is in use, by the part's name

async function refresh() {
  const answer = await fetch(location.href, { headers: { "X-Refresh": "1" } });
  if (answer.status === SIGNED_OFF) return signedOff();
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of fresh.querySelectorAll("[data-live]")) waiting.set(part.dataset.live, part);
  page.dataset.newest = fresh.body.dataset.newest;
  showWaiting();
}

function showWaiting() {
  for (const [name, now] of waiting) {
    const old = document.querySelector(`[data-live="${name}"]`);
    if (old && isInUse(old)) continue;
    waiting.delete(name);
    if (old && now.innerHTML !== old.innerHTML) renew(old, now);
  }
}

function isInUse(part) {
  const focused = document.activeElement;
  const typed = focused.matches("input, textarea, select, button, summary");
  return (part.contains(focused) && typed) || part.querySelector("details[open], :checked") !== null;
}

// The focus stays where it was, on the link to the same thing; so does what was scrolled.
function renew(old, now) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const scrolled = regions(old).map((each) => [each.scrollLeft, each.scrollTop]);
  old.replaceWith(now);
  regions(now).forEach((each, number) => each.scrollTo(...(scrolled[number] ?? [0, 0])));
  if (!focused) return;
  const twins = [now, ...now.querySelectorAll("a, [tabindex]")].filter((each) => nameOf(each) === nameOf(focused));
  (twins[0] ?? document.getElementById("main")).focus({ preventScroll: true });
}

const regions = (part) => [part, ...part.querySelectorAll(".scroll")];
const nameOf = (each) => each.getAttribute("href") ?? each.getAttribute("aria-label");

document.addEventListener("focusout", () => setTimeout(showWaiting));
document.addEventListener("change", showWaiting);
document.addEventListener("toggle", showWaiting, true);

let asking = new AbortController();
document.addEventListener("visibilitychange", () => document.hidden && asking.abort());

async function look() {
  if (document.hidden) return;
  if (document.querySelector("[data-busy]")) return refresh();
  asking = new AbortController();
  const seen = encodeURIComponent(page.dataset.newest);
  const about = encodeURIComponent(page.dataset.about ?? "");
  const answer = await fetch(`/live?seen=${seen}&about=${about}`, { headers: { "X-Refresh": "1" }, signal: asking.signal });
  if (answer.status === SIGNED_OFF) return signedOff();
  const newest = await answer.text();
  if (answer.ok && newest !== page.dataset.newest) await refresh();
}

let over = false;
function signedOff() {
  over = true;
  const note = document.createElement("p");
  note.className = "note warn";
  note.setAttribute("role", "alert");
  note.textContent = "You are signed off: nothing is refreshed any more. ";
  const link = document.createElement("a");
  link.href = "/sign-on";
  link.textContent = "Sign on";
  note.append(link);
  document.querySelector("main").prepend(note);
}

async function keepLooking() {
  let rest = REST_MS;
  try {
    await look();
    if (document.hidden || document.querySelector("[data-busy]")) rest = AWAY_MS;
  } catch {
    rest = AWAY_MS; // the console is away: the page stays as it is, and the next look tells
  }
  if (!over) setTimeout(keepLooking, rest);
}

if (page.dataset.newest && document.querySelector("[data-live]")) keepLooking();

// Keys

const rows = () => [...document.querySelectorAll("table[data-keys] tbody tr")];
let place = -1;

function move(step) {
  const all = rows();
  if (!all.length) return;
  const focused = all.findIndex((each) => each.contains(document.activeElement));
  place = Math.min(Math.max((focused < 0 ? place : focused) + step, 0), all.length - 1);
  const row = all[place];
  row.scrollIntoView({ block: "nearest" });
  const target = row.querySelector("a") ?? row.querySelector("input");
  if (target) target.focus();
  else document.activeElement.blur();
  markRow();
}

// The row that the keys are at: where the focus is, or was last.
function markRow() {
  const all = rows();
  const focused = all.findIndex((each) => each.contains(document.activeElement));
  if (focused >= 0) place = focused;
  all.forEach((each, number) => each.classList.toggle("here", number === place));
}

document.addEventListener("focusin", markRow);

function toDecision(key) {
  const button = document.querySelector(`button[data-key="${key}"]`);
  if (!button) return;
  const empty = [...button.form.elements].find((each) => each.required && !each.value);
  (empty ?? button).focus();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  x: () => rows()[place]?.querySelector("input[type=checkbox]")?.click(),
  a: () => toDecision("a"),
  r: () => toDecision("r"),
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const types = event.target.closest?.("input:not([type=checkbox]), textarea, select");
  if (types) {
    if (event.key === "Escape") types.blur();
    return;
  }
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// On a telephone the pages' names scroll: the one of now is in sight.
document.querySelector("nav.main [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Ticking all

document.querySelector("[data-all]")?.addEventListener("change", (event) => {
  for (const each of document.querySelectorAll("input[name=which], input[name=line]")) each.checked = event.target.checked;
});

// A one-time link

const code = document.querySelector("[data-from-hash]");
if (code && location.hash.length > 1) {
  code.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}
for (const each of document.querySelectorAll("[data-address]")) {
  if (each.textContent.startsWith("/")) each.textContent = location.origin + each.textContent;
}
