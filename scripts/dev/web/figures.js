import { clock, element, milliseconds, statusClass } from "./format.js";

// table makes a row for each route of the requests.
export function table(requests) {
  const routes = Map.groupBy(requests, (e) => e.route);
  return [...routes.keys()].sort().map((route) => {
    const of = routes.get(route);
    const count = (condition) => of.filter(condition).length;
    const durations = of.map((e) => e.durationMs).sort((a, b) => a - b);
    const quantile = (p) => milliseconds(durations[Math.ceil(p * durations.length) - 1]);
    const cells = [route, of.length, count((e) => statusClass(e.status) === "bad"), count((e) => statusClass(e.status) === "warn"),
      quantile(0.5), quantile(0.9), quantile(0.99), count((e) => e.start === "cold")];
    return element("tr", {}, ...cells.map((cell) => element("td", {}, cell)));
  });
}

// plot makes a dot for the latency of each request over time, on a logarithmic axis.
export function plot(requests, open) {
  const times = requests.map((e) => Date.parse(e.time));
  const first = Math.min(...times), span = Math.max(...times) - first || 1;
  const logs = requests.map((e) => Math.log10(Math.max(e.durationMs, 0.1)));
  const low = Math.floor(Math.min(1, ...logs)), high = Math.ceil(Math.max(2, ...logs));
  const bottom = (log) => `bottom: ${(100 * (log - low)) / (high - low)}%`;
  const lines = Array.from({ length: high - low + 1 }, (_, i) => element("span", { style: bottom(low + i) }, `${10 ** (low + i)} ms`));
  return lines.concat(requests.map((e, i) => element("i", {
    className: `${e.start ?? ""} ${e.status >= 500 ? "bad" : ""}`,
    style: `left: calc(56px + (100% - 64px) * ${(times[i] - first) / span}); ${bottom(logs[i])}`,
    title: `${e.method} ${e.path}\n${e.status}, ${milliseconds(e.durationMs)} ms at ${clock(e.time)}`,
    onclick: () => open(e),
  })));
}
