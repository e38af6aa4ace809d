// htmx: our CSRF header, failures people can read, and a line at the top while something takes its time.

import { toast } from "../components/toasts.js";
import { csrfToken } from "./page.js";

export function startHtmx() {
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:sendError", () => toast({ tone: "error", text: "No connection. Check your network and try again." }));
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    if (xhr.getResponseHeader("HX-Trigger")?.includes('"toast"')) return;
    if (xhr.status === 401 || xhr.status === 403) toast({ tone: "error", text: "You are no longer signed in here, or may not do that. Reload the page." });
    else if (xhr.status === 429) toast({ tone: "warning", text: "That was a lot at once. Try again in a moment." });
    else toast({ tone: "error", text: "That did not work. Try again in a moment." });
  });
  // Servers answer a refused form with 422 and the form again, errors in place.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) Object.assign(event.detail, { shouldSwap: true, isError: false });
  });
  document.addEventListener("toast", (event) => toast(event.detail));

  // Whoever pressed a button that is replaced or taken away keeps the focus: on what is wrong in what took its place, on its like there, or on
  // what stood beside it.
  let pressed = null;
  let turn = 0;
  const passOn = (place) => {
    if (!pressed || pressed.isConnected || document.activeElement !== document.body) return;
    const stops = [...(place?.querySelectorAll("button, a[href], input:not([type=hidden]), textarea, select") ?? [])];
    const alike = (stop) => stop.tagName === pressed.tagName && stop.name === pressed.name && stop.className === pressed.className;
    (place?.querySelector("[aria-invalid=true]") ?? stops.find(alike) ?? stops[0])?.focus({ preventScroll: true });
    pressed = null;
  };
  document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
    const focused = document.activeElement;
    if (focused === document.body || !target.contains(focused)) return;
    pressed = focused;
    const beside = target.nextElementSibling ?? target.previousElementSibling;
    clearTimeout(turn); // of what was pressed before
    turn = setTimeout(() => passOn(beside), 100); // by then, what took its place has had its turn
  });
  document.addEventListener("htmx:load", ({ detail: { elt } }) => passOn(elt));

  let waiting = 0;
  const mark = (change) => {
    waiting = Math.max(0, waiting + change);
    document.documentElement.toggleAttribute("data-loading", waiting > 0);
  };
  document.addEventListener("htmx:beforeRequest", () => mark(1));
  document.addEventListener("htmx:afterRequest", () => mark(-1));
}
