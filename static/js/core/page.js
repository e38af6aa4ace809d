// What the server says about this page in its <head>.

const meta = (name) => document.head.querySelector(`meta[name="${name}"]`);

/** The signed-in person, or null: {id, username}. */
export const viewer = meta("viewer") && { id: meta("viewer").content, username: meta("viewer").dataset.username };

export const csrfToken = () => meta("csrf-token")?.content ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

/** Run `start` on each element matching `selector`, now and whenever htmx brings in new content. */
export function whenPresent(selector, start) {
  const scan = (root) => {
    if (root.matches?.(selector)) start(root);
    root.querySelectorAll(selector).forEach(start);
  };
  scan(document);
  document.addEventListener("htmx:load", (event) => scan(event.detail.elt));
}
