// Short messages at the edge of the page, read out politely. They leave by themselves unless they are errors or somebody is on them.

import { el } from "../core/dom.js";

const STAY = 6000;
const MOST = 4;
const KEPT = "hubbub.toast";

function leaveLater(element) {
  let timer;
  const arm = () => {
    timer = setTimeout(() => (element.matches(":hover, :focus-within") ? arm() : element.remove()), STAY);
  };
  arm();
  element.addEventListener("click", (event) => {
    if (!event.target.closest("[data-toast-close]")) return;
    event.preventDefault();
    clearTimeout(timer);
    element.remove();
  });
}

/** Show a toast: {text, tone?: info|success|warning|error, title?, href?, lead?: Element (an avatar, say)}. */
export function toast({ text, tone = "info", title = "", href = "", lead = null }) {
  const region = document.getElementById("toasts");
  if (!region) return;
  const close = el("button", { type: "button", class: "icon-button icon-button-sm", "aria-label": "Dismiss", "data-toast-close": true, text: "✕" });
  const body = el("span", { class: "toast-text" }, title && el("b", { class: "toast-title", text: title }), el("span", { text }));
  const element = el(href ? "a" : "div", { class: `toast tone-${tone}`, href: href || undefined }, lead, body, close);
  region.append(element);
  while (region.children.length > MOST) region.firstElementChild.remove();
  leaveLater(element);
}

/** The same, once the page one is about to be sent to has opened. */
export function toastOnNextPage(message) {
  sessionStorage.setItem(KEPT, JSON.stringify(message));
}

export function startToasts() {
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (kept) toast(JSON.parse(kept));
  document.querySelectorAll("[data-toast]").forEach(leaveLater);
}
