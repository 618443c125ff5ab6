import { element, milliseconds } from "./format.js";

// figures makes a table row for each route of the requests. Its button calls pick.
export function figures(requests, picked, pick) {
  const routes = Map.groupBy(requests, (e) => e.route);
  return [...routes.keys()].sort().map((route) => {
    const of = routes.get(route);
    const count = (condition) => of.filter(condition).length;
    const durations = of.map((e) => e.durationMs).sort((a, b) => a - b);
    const quantile = (p) => milliseconds(durations[Math.ceil(p * durations.length) - 1]);
    const button = element("button", { value: route, title: "Show only this route", ariaPressed: String(route === picked), onclick: () => pick(route) }, route);
    const cell = (value, className = "") => element("td", { className: value ? className : "none" }, value);
    return element("tr", {}, cell(button), cell(of.length),
      cell(count((e) => e.status >= 500), "bad"), cell(count((e) => e.status >= 400 && e.status < 500), "warn"),
      cell(quantile(0.5)), cell(quantile(0.9)), cell(quantile(0.99)), cell(count((e) => e.start === "cold")));
  });
}
