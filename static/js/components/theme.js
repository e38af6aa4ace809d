// The theme changes at once; the cookie the server sets keeps it for the next page.

import { csrfToken } from "../core/page.js";

export function startTheme() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-picker]");
    if (!form) return;
    event.preventDefault();
    const theme = event.submitter.value;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    document.head.querySelector('meta[name="color-scheme"]').content = theme === "system" ? "light dark" : theme;
    for (const button of document.querySelectorAll("[data-theme-picker] button")) button.setAttribute("aria-pressed", button.value === theme);
    fetch(form.action, { method: "POST", body: new URLSearchParams({ theme }), headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" } });
  }, true);
}
