// element makes an element. Its texts are never parsed as HTML.
export function element(tag, properties, ...children) {
  const e = Object.assign(document.createElement(tag), properties);
  e.append(...children);
  return e;
}

export const milliseconds = (n) => n.toFixed(n < 9.95 ? 1 : 0);

export function clock(time) {
  const t = new Date(time);
  return `${t.toLocaleTimeString([], { hour12: false })}.${String(t.getMilliseconds()).padStart(3, "0")}`;
}

export function statusClass(status) {
  return status >= 500 ? "bad" : status >= 400 ? "warn" : "good";
}
