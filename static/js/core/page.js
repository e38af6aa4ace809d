// What the server says about this page in its <head>.

const meta = (name) => document.head.querySelector(`meta[name="${name}"]`);

/** The signed-in person, or null: {id, username}. */
export const viewer = meta("viewer") && { id: meta("viewer").content, username: meta("viewer").dataset.username };

export const csrfToken = () => meta("csrf-token")?.content ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

/** Run `start` once on each element matching `selector`, now and whenever htmx brings in new content. */
export function whenPresent(selector, start) {
  const started = new WeakSet(); // htmx also announces the page itself, after it was looked through here
  const begin = (element) => {
    if (started.has(element)) return;
    started.add(element);
    start(element);
  };
  const scan = (root) => {
    if (root.matches?.(selector)) begin(root);
    root.querySelectorAll(selector).forEach(begin);
  };
  scan(document);
  document.addEventListener("htmx:load", (event) => scan(event.detail.elt));
}
