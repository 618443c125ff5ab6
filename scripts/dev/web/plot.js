import { clock, milliseconds, summary } from "./format.js";

function node(tag, attributes, ...children) {
  const n = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) n.setAttribute(name, value);
  n.append(...children);
  return n;
}

// plot draws the latencies of requests over time, on a logarithmic axis.
export function plot(svg, requests, selected, open) {
  const { width, height } = svg.getBoundingClientRect();
  const durations = requests.map((e) => Math.max(e.durationMs, 0.1));
  const times = requests.map((e) => Date.parse(e.time));
  const low = Math.floor(Math.log10(Math.min(10, ...durations)));
  const high = Math.ceil(Math.log10(Math.max(100, ...durations)));
  const first = Math.min(...times), last = Math.max(...times);
  const x = (time) => (first < last ? 48 + ((time - first) / (last - first)) * (width - 54) : width / 2);
  const y = (ms) => 8 + (1 - (Math.log10(ms) - low) / (high - low)) * (height - 30);

  svg.replaceChildren();
  for (let power = low; power <= high; power++) {
    const at = y(10 ** power);
    svg.append(node("line", { x1: 44, x2: width, y1: at, y2: at }), node("text", { x: 38, y: at + 4, "text-anchor": "end" }, `${10 ** power}`));
  }
  requests.forEach((e, i) => {
    const names = [e.start, e.status >= 500 && "failed", e.id === selected && "selected"].filter(Boolean);
    const title = node("title", {}, `${summary(e)}\n${e.status}, ${milliseconds(e.durationMs)} ms at ${clock(e.time)}`);
    const circle = node("circle", { cx: x(times[i]), cy: y(durations[i]), r: 3.5, class: names.join(" ") }, title);
    circle.addEventListener("click", () => open(e.id));
    svg.append(circle);
  });
  if (first < last) {
    svg.append(node("text", { x: 44, y: height - 4 }, clock(first)), node("text", { x: width, y: height - 4, "text-anchor": "end" }, clock(last)));
  }
  const range = requests.length ? `, from ${milliseconds(Math.min(...durations))} to ${milliseconds(Math.max(...durations))} ms` : "";
  svg.setAttribute("aria-label", `Latency of ${requests.length} requests over time${range}`);
}
