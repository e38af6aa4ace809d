// Forms: sent once, show that they are being sent, passwords can be looked at, Ctrl+Enter sends a text.

import { whenPresent } from "../core/page.js";

function startReveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  if (!input) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", show);
    input.focus();
  });
}

const busy = (form, on) => {
  for (const button of form.querySelectorAll("button.button:not([type=button])")) {
    if (on) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }
};

/** A text field's remaining characters, shown by [data-counter-for] when they become few. */
function startCounter(counter) {
  const field = document.getElementById(counter.dataset.counterFor);
  const most = Number(field?.getAttribute("maxlength"));
  if (!most) return;
  const show = () => {
    const left = most - field.value.length;
    counter.textContent = left <= most / 10 ? `${left} left` : "";
  };
  field.addEventListener("input", show);
  show();
}

export function startForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    if (form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete], [hx-get]") || form.method === "get") return;
    form.dataset.sending = "true";
    busy(form, true);
  });
  document.addEventListener("htmx:beforeRequest", (event) => event.target.matches("form") && busy(event.target, true));
  document.addEventListener("htmx:afterRequest", (event) => event.target.matches("form") && busy(event.target, false));
  // Coming back with the browser's Back button finds the form usable again.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) {
      delete form.dataset.sending;
      busy(form, false);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) event.target.form?.requestSubmit();
  });
  whenPresent("[data-reveal]", startReveal);
  whenPresent("[data-counter-for]", startCounter);
  document.querySelector("[aria-invalid=true]")?.focus();
}
