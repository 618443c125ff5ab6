// The console of make dev. It shows the events that the server sends, newest first.
import { detail } from "./detail.js";
import { figures } from "./figures.js";
import { clock, element, milliseconds, summary } from "./format.js";
import { plot } from "./plot.js";

const $ = (id) => document.getElementById(id);
const limit = 1000; // of rows, which is what the server keeps
const rows = new Map(); // id -> { event, element, text }, oldest first
let selected; // the id of a row
let waiting; // the events that came while the page is paused
let route; // whose requests are shown, if not all
let cleared = Number(sessionStorage.cleared ?? 0); // the last id that Clear removed

const isRequest = (e) => e.event === "request";

function cells(e) {
  const time = element("time", { dateTime: e.time }, clock(e.time));
  if (!isRequest(e)) return [time, element("span", { className: `wide ${e.event}` }, summary(e))];
  return [
    time,
    element("span", {}, e.method),
    element("span", { title: e.path }, e.path),
    element("span", { className: e.status >= 500 ? "bad" : e.status >= 400 ? "warn" : "good" }, e.status),
    element("span", { className: "ms" }, `${milliseconds(e.durationMs)} ms`),
    element("span", { className: "function" }, e.function ?? "-"),
    element("span", { className: `start ${e.start ?? ""}` }, e.start ?? "-"),
  ];
}

function add(e) {
  if (e.id <= cleared || rows.has(e.id)) return;
  const row = element("div", { id: `e${e.id}`, className: "row", role: "option", ariaSelected: "false", onclick: () => open(e.id) }, ...cells(e));
  rows.set(e.id, { event: e, element: row, text: JSON.stringify(e).toLowerCase() });
  $("list").prepend(row);
  if (rows.size > limit) remove(rows.keys().next().value);
}

function remove(id) {
  rows.get(id).element.remove();
  rows.delete(id);
  if (id === selected) $("detail").hidden = true;
}

function matches({ event: e, text }) {
  const kinds = isRequest(e) ? ["", "request", String(e.status)[0], e.start] : [""];
  return kinds.includes($("kind").value) && text.includes($("text").value.trim().toLowerCase());
}

const shown = () => [...rows.values()].filter((row) => !row.element.hidden).map((row) => row.event);

// refresh updates what depends on all rows, once a frame.
let frame;
function refresh() {
  frame ??= requestAnimationFrame(() => {
    frame = undefined;
    const focused = document.activeElement.closest("#routes button")?.value;
    const requests = []; // of all routes
    for (const row of rows.values()) {
      const match = matches(row);
      row.element.hidden = !match || (route !== undefined && row.event.route !== route);
      if (match && isRequest(row.event)) requests.push(row.event);
    }
    const events = shown();
    $("count").textContent = `${events.length} of ${rows.size} events`;
    $("empty").hidden = [...rows.values()].some((row) => isRequest(row.event));
    $("pause").textContent = waiting ? `Resume (${waiting.length} new)` : "Pause";
    $("routes").replaceChildren(...figures(requests, route, pick));
    [...$("routes").querySelectorAll("button")].find((button) => button.value === focused)?.focus();
    plot($("plot"), events.filter(isRequest), selected, open);
  });
}

function pick(name) {
  route = route === name ? undefined : name;
  refresh();
}

function select(id) {
  rows.get(selected)?.element.setAttribute("aria-selected", "false");
  selected = id;
  const row = rows.get(id).element;
  row.setAttribute("aria-selected", "true");
  row.scrollIntoView({ block: "nearest" });
  $("list").setAttribute("aria-activedescendant", row.id);
  refresh();
}

function open(id) {
  select(id);
  $("detail").replaceChildren(...detail(rows.get(id).event, { sendAgain, copyCurl, close }));
  $("detail").scrollTop = 0;
  $("detail").hidden = false;
}

function close() {
  $("detail").hidden = true;
  $("list").focus();
}

// move selects the row that is some rows further down. An open detail follows.
function move(by) {
  const ids = shown().map((e) => e.id).reverse();
  if (!ids.length) return;
  const at = ids.indexOf(selected);
  const id = ids[at < 0 ? 0 : Math.max(0, Math.min(at + by, ids.length - 1))];
  if ($("detail").hidden) select(id); else open(id);
}

function notify(text, className = "") {
  Object.assign($("notice"), { textContent: text, className });
}

// onSelected makes a command for the selected request, which says how it went.
const onSelected = (method, done) => async () => {
  if (!rows.has(selected) || !isRequest(rows.get(selected).event)) return;
  try {
    const response = await fetch(`/_console/requests/${selected}`, { method });
    const text = await response.text();
    notify(response.ok ? await done(text) : text, response.ok ? "" : "bad");
  } catch (error) {
    notify(error.message, "bad");
  }
};
const sendAgain = onSelected("POST", () => "Sent again");
const copyCurl = onSelected("GET", copy);

async function copy(text) {
  await navigator.clipboard.writeText(text);
  return "Copied, with its credential";
}

function pause() {
  const events = waiting;
  waiting = waiting ? undefined : [];
  events?.forEach(add);
  $("pause").ariaPressed = String(!events);
  refresh();
}

function clear() {
  waiting?.splice(0).forEach(add);
  cleared = sessionStorage.cleared = Math.max(cleared, ...rows.keys());
  for (const id of [...rows.keys()]) remove(id);
  refresh();
}

const keys = {
  j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1), Home: () => move(-limit), End: () => move(limit),
  Enter: () => rows.has(selected) && open(selected), Escape: close, s: sendAgain, c: copyCurl, p: pause, x: clear, "/": () => $("text").focus(),
};

addEventListener("keydown", (event) => {
  const { key, target } = event;
  const typing = target.matches("input, select") && key !== "Escape";
  const pressing = target.matches("button, a, summary") && key === "Enter";
  const scrolling = $("detail").contains(target) && /^(Arrow|Home|End)/.test(key);
  if (typing || pressing || scrolling || event.ctrlKey || event.metaKey || event.altKey || !keys[key]) return;
  event.preventDefault();
  keys[key]();
});
$("pause").onclick = pause;
$("clear").onclick = clear;
$("copy").onclick = async () => notify(await copy($("example").textContent));
$("filter").oninput = refresh;
$("filter").onsubmit = () => false;
addEventListener("resize", refresh);

// An EventSource connects again by itself, and then asks for what it missed.
const source = new EventSource("/_console/events");
source.onmessage = ({ data }) => {
  const e = JSON.parse(data);
  if (waiting) waiting = [...waiting, e].slice(-limit); else add(e);
  refresh();
};
const connection = (textContent, className) => () => Object.assign($("connection"), { textContent, className });
source.onopen = connection("live", "good");
source.onerror = connection("make dev has ended", "bad");
refresh();
