// Where one is in a conversation: at its end and following it, or reading further up and left in peace.
// The box counts from its end: `scrollTop` is 0 there and negative further up.

import { arrange } from "./messages.js";

const NEAR = 80;

export class Scroll {
  #count = 0;
  #loading = false;
  #listeners = new Set();

  constructor(root) {
    this.box = root.querySelector("[data-scroll]");
    this.list = root.querySelector("[data-messages]");
    this.pill = root.querySelector("[data-to-newest]");
    this.pill.addEventListener("click", () => ("detached" in root.dataset ? location.assign(location.pathname) : this.toEnd("smooth")));
    this.box.addEventListener("scroll", () => this.#moved(), { passive: true });
    this.following = true;
    const older = root.querySelector("[data-older]");
    if (older) this.#loadOlderWhenNear(older);
  }

  onEnd(handler) {
    this.#listeners.add(handler);
  }

  isAtEnd() {
    return -this.box.scrollTop < NEAR;
  }

  toEnd(behavior = "instant") {
    this.box.scrollTo({ top: 0, behavior });
    this.following = true;
  }

  /** Carry out a `change` to the list without moving what is being read; at the end, the end is. */
  steadily(change) {
    const top = this.box.getBoundingClientRect().top;
    const read = this.following ? null : [...this.list.querySelectorAll(":scope > .message")].find((item) => item.getBoundingClientRect().bottom > top);
    const before = read?.getBoundingClientRect().top;
    change();
    if (read?.isConnected) this.box.scrollTop += read.getBoundingClientRect().top - before;
    else if (this.following) this.toEnd();
  }

  /** On opening: the line above what is new, or else the end. */
  toStart() {
    const line = this.list.querySelector("[data-unread-line]");
    if (!line) {
      this.toEnd();
      return;
    }
    this.following = false;
    line.scrollIntoView({ block: "center", behavior: "instant" });
    this.#moved();
  }

  countNew() {
    this.#count += 1;
    this.#showPill();
  }

  #moved() {
    this.following = this.isAtEnd();
    if (this.following) {
      this.#count = 0;
      this.#listeners.forEach((handler) => handler());
    }
    this.#showPill();
  }

  #showPill() {
    this.pill.hidden = this.isAtEnd();
    this.pill.querySelector("[data-new-count]").textContent = this.#count ? `${this.#count} new` : "Newest";
  }

  #loadOlderWhenNear(older) {
    const link = older.querySelector("a");
    const load = async () => {
      if (this.#loading) return;
      this.#loading = true;
      link.setAttribute("aria-busy", "true");
      try {
        const response = await fetch(link.href, { headers: { "X-Fragment": "history" } });
        if (!response.ok) throw new Error(response.status);
        this.#insertOlder(older, link, new DOMParser().parseFromString(await response.text(), "text/html"));
      } catch {
        // The link stays and can be pressed again.
      } finally {
        this.#loading = false;
        link.removeAttribute("aria-busy");
      }
    };
    link.addEventListener("click", (event) => {
      event.preventDefault();
      load();
    });
    new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && !this.following && load(), {
      root: this.box,
      rootMargin: "600px 0px 0px 0px",
    }).observe(older);
  }

  /** Put an older page before this one. */
  #insertOlder(older, link, page) {
    const next = page.querySelector("[data-older] a");
    this.steadily(() => {
      this.list.prepend(...page.querySelectorAll("[data-messages] > .message"));
      arrange(this.list);
      if (next) link.href = next.getAttribute("href");
      else older.remove();
    });
  }
}
