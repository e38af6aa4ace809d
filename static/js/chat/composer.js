// Writing: Enter sends, Shift+Enter breaks the line, Up edits the last message, Escape leaves; what was begun is kept while one is elsewhere.

import { toast } from "../components/toasts.js";
import { viewer } from "../core/page.js";
import { send } from "../outbox.js";
import { socket } from "../socket.js";
import { textOf } from "./messages.js";

const phone = matchMedia("(hover: none) and (pointer: coarse)");

export class Composer {
  #editing = null;
  #replying = null;

  constructor(root, thread, typing) {
    this.thread = thread;
    this.form = root.querySelector("[data-composer]");
    this.field = this.form.querySelector("textarea");
    this.context = this.form.querySelector("[data-composer-context]");
    this.key = `hubbub.draft.${viewer.id}.${thread.id}`;
    this.field.value ||= localStorage.getItem(this.key) ?? "";
    this.field.addEventListener("input", () => {
      if (!this.#editing) this.#keep();
      if (this.field.value.trim()) typing.mine();
    });
    this.field.addEventListener("keydown", (event) => this.#keydown(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
      typing.stop();
    });
    this.context.querySelector("[data-context-close]").addEventListener("click", () => this.#leave());
    this.focus();
  }

  /** Back to writing, unless that would bring up a phone's keyboard. */
  focus() {
    if (!phone.matches) this.field.focus({ preventScroll: true });
  }

  reply(item) {
    this.#leave();
    const name = item.hasAttribute("data-mine") ? "You" : this.thread.peer.name;
    this.#replying = { id: item.dataset.id, seq: Number(item.dataset.seq), sender: item.dataset.sender, body: textOf(item).slice(0, 200) };
    this.#show(`Reply to ${name}`, this.#replying.body);
    this.field.focus();
  }

  edit(item) {
    this.#leave();
    this.#editing = item;
    this.#show("Edit message", textOf(item));
    this.field.value = textOf(item);
    this.field.focus();
    this.field.setSelectionRange(this.field.value.length, this.field.value.length);
  }

  #keep() {
    if (this.field.value) localStorage.setItem(this.key, this.field.value);
    else localStorage.removeItem(this.key);
  }

  #show(title, text) {
    this.context.querySelector("b").textContent = title;
    this.context.querySelector("span").textContent = text;
    this.context.hidden = false;
  }

  #leave() {
    if (this.#editing) this.field.value = localStorage.getItem(this.key) ?? "";
    this.#editing = null;
    this.#replying = null;
    this.context.hidden = true;
  }

  #keydown(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !phone.matches) {
      event.preventDefault();
      this.form.requestSubmit();
    } else if (event.key === "Escape" && !this.context.hidden) {
      event.preventDefault();
      this.#leave();
    } else if (event.key === "ArrowUp" && !this.field.value) {
      const item = this.thread.lastMine();
      if (!item) return;
      event.preventDefault();
      this.edit(item);
    }
  }

  #submit() {
    const body = this.field.value.trim();
    if (!body) return;
    if (this.#editing) {
      this.#change(this.#editing, body);
    } else {
      const quote = this.#replying;
      const draft = send({ conversation: this.thread.id, body, reply_to: quote?.id ?? null });
      localStorage.removeItem(this.key);
      if (this.thread.isDetached) {
        location.assign(`/chats/${this.thread.id}/`); // where it is shown, and sent if it was not yet
        return;
      }
      this.thread.addPending(draft, quote);
    }
    this.field.value = "";
    this.#leave();
  }

  async #change(item, body) {
    const before = textOf(item);
    if (body === before) return;
    const id = item.dataset.id;
    this.thread.edit({ id, body });
    try {
      await socket.request("message:edit", { id, body });
    } catch (error) {
      this.thread.edit({ id, body: before });
      toast({ tone: "error", text: error.code === "disconnected" ? "No connection, so the change was not made. Try again." : error.message });
    }
  }
}
