import { element, milliseconds } from "./format.js";

// pretty formats JSON. Any other text stays as it is.
function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

function content(title, { header, body, size }) {
  const lines = Object.entries(header).flatMap(([name, values]) => values.map((value) => `${name}: ${value}`));
  return [
    element("h3", {}, title),
    element("details", {}, element("summary", {}, `${lines.length} headers`), element("pre", {}, lines.join("\n"))),
    body && element("pre", {}, pretty(body)),
    size > 64 * 1024 && element("p", {}, `The body has ${size} bytes; this is its beginning.`),
  ];
}

// line shows what a function logged, without the part that only CloudWatch reads.
function line(log) {
  if (typeof log === "string") return [element("pre", {}, log)];
  const { _aws, stack, ...rest } = log;
  return [element("pre", {}, JSON.stringify(rest, null, 2)), stack && element("pre", { className: "bad" }, stack)];
}

// detail is all that is known of an event.
export function detail(e, sendAgain, copyCurl) {
  const logs = e.logs ?? (e.log ? [e.log] : []);
  return [
    ...(e.event !== "request" ? [] : [
      element("button", { onclick: sendAgain, ariaKeyShortcuts: "s" }, "Send again"),
      element("button", { onclick: copyCurl, ariaKeyShortcuts: "c" }, "Copy as curl"),
      element("p", {}, `${e.route}, ${milliseconds(e.durationMs)} ms, request id ${e.requestId ?? "-"}, correlation id ${e.correlationId ?? "-"}`),
      ...content("Request", e.sent), ...content("Response", e.answered),
    ]),
    logs.length && element("h3", {}, "Log"),
    ...logs.flatMap(line),
  ].filter(Boolean);
}
