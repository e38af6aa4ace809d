// Posts written at the top of the home feed: shown at once, and kept on this machine until the server has them. Each goes out under a key of its
// own, which makes the server publish it once, however often, and from however many tabs, it is sent.

import { toast } from "../components/toasts.js";
import { get, post } from "../core/api.js";
import { el } from "../core/dom.js";
import { viewer } from "../core/page.js";
import { linkify } from "../core/text.js";

const PREFIX = `hubbub.post.${viewer?.id}.`;
const KEY_LASTS = 23 * 3600_000; // an hour less than the server remembers it
const AGAIN = 1500;

const keep = (draft) => localStorage.setItem(PREFIX + draft.key, JSON.stringify(draft));
const forget = (draft) => localStorage.removeItem(PREFIX + draft.key);

/** What was written here and is not out: {key, body, audience, images: [{upload, alt}], at, refused?}, oldest first. */
function drafts() {
  const kept = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  return kept.map((key) => JSON.parse(localStorage.getItem(key))).sort((one, other) => one.at - other.at);
}

export function startPublishing(form) {
  const feed = document.getElementById("feed");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const rows = [...form.querySelectorAll(".composer-picture")];
    const body = form.elements.body.value;
    if (!body.trim() && !rows.length) {
      toast({ tone: "warning", text: "Write something first." });
      form.elements.body.focus();
      return;
    }
    const images = rows.map((row) => ({ upload: row.querySelector("[name=upload]").value, alt: row.querySelector("[name=upload_alt]").value.trim() }));
    const draft = { key: crypto.randomUUID(), body, audience: form.elements.audience.value, images, at: Date.now() };
    keep(draft);
    new Pending(draft, form, feed, rows.map((row) => row.querySelector("img").src)).send();
    rows.forEach((row) => row.remove());
    form.reset();
    form.elements.body.dispatchEvent(new Event("input", { bubbles: true }));
    form.elements.body.focus();
  });
  // Who signs out leaves nothing behind on the machine.
  document.addEventListener("submit", (event) => event.target.getAttribute("action") === "/sign-out/" && drafts().forEach(forget));
  for (const draft of drafts()) {
    const pending = new Pending(draft, form, feed);
    if (draft.refused || Date.now() - draft.at > KEY_LASTS) pending.fail(draft.refused ?? "It was not sent.");
    else pending.send();
  }
}

/** A post as the feed shows it before the server does. */
class Pending {
  constructor(draft, form, feed, previews = []) {
    Object.assign(this, { draft, form });
    this.element = document.querySelector("template[data-post-mould]").content.firstElementChild.cloneNode(true);
    this.find("[data-text]").replaceChildren(...linkify(draft.body.trim()));
    if (draft.images.length) this.#showPictures(previews);
    this.find("[data-retry]").addEventListener("click", () => this.send());
    this.find("[data-discard]").addEventListener("click", () => this.#discard());
    addEventListener("online", () => this.isWaiting && this.send());
    feed.prepend(this.element);
  }

  find = (selector) => this.element.querySelector(selector);

  /** Publish it: until the server has said yes or no, or does not answer. */
  async send() {
    const { key, body, audience, images } = this.draft;
    this.isWaiting = false;
    this.element.dataset.state = "sending";
    this.find("[data-when]").textContent = "Sending…";
    this.find("[data-failed]").hidden = true;
    try {
      const { data } = await post("posts", { body, audience, images }, key);
      forget(this.draft);
      await this.#settle(data.id);
    } catch (error) {
      if (error.code === "idempotency_in_progress") {
        setTimeout(() => this.send(), AGAIN);
        return;
      }
      this.isWaiting = !error.status;
      if (error.status >= 400 && error.status < 500 && error.status !== 429) keep({ ...this.draft, refused: error.message });
      this.fail(error.message);
    }
  }

  fail(reason) {
    this.element.dataset.state = "failed";
    this.find("[data-when]").textContent = "Not sent";
    this.find("[data-reason]").textContent = reason;
    this.find("[data-failed]").hidden = false;
  }

  /** It is out: the post as the server draws it takes the place of this one. */
  async #settle(id) {
    toast({ tone: "success", text: "Your post is out." });
    if (document.getElementById(`post-${id}`)) {
      this.element.remove();
      return;
    }
    delete this.element.dataset.state;
    this.find("[data-when]").textContent = "now";
    await htmx.ajax("GET", `/posts/${id}/`, { target: this.element, swap: "outerHTML", headers: { "X-Fragment": "post" } });
  }

  /** Give it up. Its words go back to where they were written, unless others stand there now. */
  #discard() {
    forget(this.draft);
    this.element.remove();
    const field = this.form.elements.body;
    field.value ||= this.draft.body;
    field.focus();
  }

  async #showPictures(previews) {
    const place = this.find("[data-images]");
    place.hidden = false;
    place.dataset.count = this.draft.images.length;
    place.replaceChildren(...this.draft.images.map(({ alt }, at) => el("img", { src: previews[at], alt })));
    if (previews.length) return;
    // Written before this page was opened: the pictures are where they were sent to.
    this.draft.images.forEach(async ({ upload }, at) => {
      const answer = await get(`uploads/${upload}`).catch(() => null);
      if (answer?.data.state === "ready") place.children[at].src = answer.data.variants[640];
    });
  }
}
