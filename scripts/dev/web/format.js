// element makes an element. Its texts are never parsed as HTML.
export function element(tag, properties, ...children) {
  const e = Object.assign(document.createElement(tag), properties);
  e.append(...children);
  return e;
}

export const milliseconds = (n) => (n < 9.95 ? n.toFixed(1) : n.toFixed(0));

export function clock(time) {
  const t = new Date(time);
  return `${t.toLocaleTimeString([], { hour12: false })}.${String(t.getMilliseconds()).padStart(3, "0")}`;
}

// summary is what happened, in a line.
export function summary(e) {
  if (e.event === "request") return `${e.method} ${e.path}`;
  if (e.event === "ready") return `ready ${e.url}`;
  const { message, principal, reason, error } = e.log ?? {};
  return e.text ?? (message ? [e.function, message, principal, reason, error].filter(Boolean).join("  ") : `${e.function}  ${e.log}`);
}
