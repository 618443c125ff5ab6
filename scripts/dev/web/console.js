// The console of make dev. It shows the events that the server sends, newest last.
import { detail } from "./detail.js";
import { plot, table } from "./figures.js";
import { clock, element, milliseconds, statusClass } from "./format.js";

const $ = (id) => document.getElementById(id);
const list = $("list"), filter = $("filter");
const limit = 1000; // of rows, which is what the server keeps
const rows = new Map(); // event -> { row, text }, oldest first
let incoming = []; // events that have no row yet

const isRequest = (e) => e.event === "request";

// summary is what happened, in a line.
function summary(e) {
  if (isRequest(e)) {
    return [
      element("b", { title: e.path }, `${e.method} ${e.path}`), element("b", { className: statusClass(e.status) }, e.status),
      element("span", {}, `${milliseconds(e.durationMs)} ms`), element("span", {}, e.function ?? "-"), element("span", { className: e.start ?? "" }, e.start ?? "-"),
    ];
  }
  const { message, principal, reason, error } = e.log ?? {};
  const text = e.text ?? e.url ?? (message ? [message, principal, reason, error].filter(Boolean).join("  ") : e.log);
  return [element("span", { className: e.event === "error" ? "bad wide" : "wide" }, [e.function, text].filter(Boolean).join("  "))];
}

function add(e) {
  const row = element("details", { name: "event", className: "row" }, element("summary", {}, element("time", {}, clock(e.time)), ...summary(e)));
  row.ontoggle = () => {
    if (row.childElementCount === 1) row.append(...detail(e, () => sendAgain(e), () => copyCurl(e)));
    if (row.open) row.scrollIntoView({ block: "nearest" });
  };
  rows.set(e, { row, text: JSON.stringify(e).toLowerCase() });
  list.append(row);
  if (rows.size > limit) {
    const [oldest, { row }] = rows.entries().next().value;
    row.remove();
    rows.delete(oldest);
  }
}

// refresh shows what has changed, once a frame. It follows the newest event if that was in view.
let frame;
function refresh() {
  frame ??= requestAnimationFrame(() => {
    frame = undefined;
    const follow = list.scrollHeight - list.scrollTop - list.clientHeight < 50;
    incoming.splice(0).forEach(add);
    const wanted = filter.value.trim().toLowerCase();
    rows.forEach(({ row, text }) => { row.hidden = !text.includes(wanted); });
    const shown = [...rows.keys()].filter((e) => !rows.get(e).row.hidden), requests = shown.filter(isRequest);
    $("count").textContent = `${shown.length} of ${rows.size} events`;
    $("empty").hidden = [...rows.keys()].some(isRequest);
    $("routes").replaceChildren(...table(requests));
    $("plot").replaceChildren(...plot(requests, open));
    $("span").textContent = requests.length ? `${clock(requests[0].time)} to ${clock(requests.at(-1).time)}` : "";
    if (follow) list.scrollTop = list.scrollHeight;
  });
}

function open(e) {
  const { row } = rows.get(e);
  row.open = true;
  row.firstChild.focus();
}

// current is the event whose row has the focus or, without one, is open.
function current() {
  const row = document.activeElement.closest(".row") ?? document.querySelector(".row[open]");
  return [...rows.keys()].find((e) => rows.get(e).row === row);
}

// move focuses the row that is some rows further down, first the newest.
function move(by) {
  const shown = [...rows.keys()].filter((e) => !rows.get(e).row.hidden);
  const at = shown.indexOf(current());
  const next = shown[at < 0 ? shown.length - 1 : at + by];
  if (next) rows.get(next).row.firstChild.focus();
}

// command makes a command for a request, which says how it went.
const command = (method, done) => async (e) => {
  if (!e || !isRequest(e)) return;
  try {
    const response = await fetch(`/_console/requests/${e.id}`, { method });
    const text = await response.text();
    $("notice").textContent = response.ok ? await done(text) : text;
  } catch (error) {
    $("notice").textContent = error.message;
  }
};
const sendAgain = command("POST", () => "Sent again");
const copyCurl = command("GET", async (text) => {
  await navigator.clipboard.writeText(text);
  return "Copied, with its credential";
});

const keys = { j: () => move(1), k: () => move(-1), s: () => sendAgain(current()), c: () => copyCurl(current()), "/": () => filter.focus(), Escape: () => document.activeElement.blur() };
addEventListener("keydown", (event) => {
  const typing = event.target === filter && event.key !== "Escape"; // which would empty the filter
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
filter.oninput = refresh;

// An EventSource connects again by itself, and then asks for what it missed.
const source = new EventSource("/_console/events");
source.onmessage = ({ data }) => {
  incoming.push(JSON.parse(data));
  refresh();
};
const connection = (textContent, className) => () => Object.assign($("connection"), { textContent, className });
source.onopen = connection("live", "good");
source.onerror = connection("make dev has ended", "bad");
