import { clock, element, milliseconds, summary } from "./format.js";

// pretty formats and colours JSON. Any other text stays as it is.
function pretty(text) {
  let json;
  try { json = JSON.stringify(JSON.parse(text), null, 2); } catch { return element("pre", {}, text); }
  const parts = json.split(/("(?:[^"\\]|\\.)*"(?:: )?)/).map((part) =>
    part.startsWith('"') ? element("span", { className: part.endsWith(": ") ? "key" : "string" }, part) : part);
  return element("pre", {}, ...parts);
}

function definitions(pairs) {
  const known = pairs.filter(([, value]) => value !== undefined);
  return element("dl", {}, ...known.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function content(title, { header, body, size }) {
  const pairs = Object.entries(header).flatMap(([name, values]) => values.map((value) => [name, value]));
  return [
    element("h3", {}, title),
    element("details", {}, element("summary", {}, `${pairs.length} headers`), definitions(pairs)),
    body && pretty(body),
    size > 64 * 1024 && element("p", {}, `The body has ${size} bytes; this is its beginning.`),
  ];
}

// line shows what a function logged, without the part that only CloudWatch reads.
function line(log) {
  if (typeof log === "string") return [element("pre", {}, log)];
  const { _aws, stack, ...rest } = log;
  return [pretty(JSON.stringify(rest)), stack && element("pre", { className: "bad" }, stack)];
}

// detail is all that is known of an event.
export function detail(e, { sendAgain, copyCurl, close }) {
  const isRequest = e.event === "request";
  const logs = e.logs ?? (e.log ? [e.log] : []);
  return [
    element("h2", {}, summary(e)),
    isRequest && element("button", { onclick: sendAgain, ariaKeyShortcuts: "s" }, "Send again"),
    isRequest && element("button", { onclick: copyCurl, ariaKeyShortcuts: "c" }, "Copy as curl"),
    element("button", { onclick: close, ariaKeyShortcuts: "Escape" }, "Close"),
    isRequest && definitions([
      ["status", `${e.status} in ${milliseconds(e.durationMs)} ms at ${clock(e.time)}`], ["route", e.route],
      ["function", e.function && `${e.function}, ${e.start}`], ["request id", e.requestId], ["correlation id", e.correlationId],
    ]),
    ...(isRequest ? [...content("Request", e.sent), ...content("Response", e.answered)] : []),
    logs.length && element("h3", {}, "Log"),
    ...logs.flatMap(line),
  ].filter(Boolean);
}
