// The list of conversations, kept as it is on the server: newest first, with last words, unread counts and who is typing.

import { shortTime } from "../components/times.js";
import { viewer } from "../core/page.js";
import { showPerson } from "../core/people.js";
import { watchPresence } from "../presence.js";
import { socket } from "../socket.js";

const TYPING_GONE_AFTER = 5000;

export class List {
  #timer = 0;
  #typing = new Map();
  #wasOpen = false;

  constructor(root, open, isBeingRead) {
    this.root = root;
    this.open = open;
    this.isBeingRead = isBeingRead;
    socket.on("message:new", (message) => this.#message(message));
    socket.on("message:edited", (message) => this.#isLast(message) && this.refresh());
    socket.on("message:deleted", (message) => this.#isLast(message) && this.refresh());
    socket.on("conversation:updated", ({ conversation, unread_count }) => this.#unread(this.row(conversation), unread_count));
    socket.on("conversation:removed", ({ conversation }) => this.row(conversation)?.remove());
    socket.on("conversation:new", () => this.refresh());
    socket.on("typing:update", (data) => this.#showTyping(data));
    socket.on("person:updated", (person) => this.#showPerson(person));
    socket.onState((state) => {
      if (state !== "open") return;
      if (this.#wasOpen) this.refresh();
      this.#wasOpen = true;
    });
  }

  row = (conversation) => this.root.querySelector(`[data-conversation-row="${CSS.escape(conversation)}"]`);

  #isLast = ({ conversation, seq }) => Number(this.row(conversation)?.dataset.seq) === seq;

  /** Show words of ours at once, before the server has them. */
  wrote(conversation, body) {
    const row = this.row(conversation);
    if (row) this.#show(row, `You: ${body}`, new Date().toISOString());
  }

  read(conversation) {
    this.#unread(this.row(conversation), 0);
  }

  /** The list anew from the server, soon: many reasons at once make one request. */
  refresh() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const response = await fetch(`/chats/?open=${this.open}`, { headers: { "X-Fragment": "list" } }).catch(() => null);
      if (!response?.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector("[data-conversations]");
      if (fresh) this.root.replaceChildren(...fresh.childNodes);
      watchPresence();
    }, 250);
  }

  #showPerson(person) {
    for (const dot of this.root.querySelectorAll(`[data-presence-of="${CSS.escape(person.id)}"]`)) {
      showPerson(dot.closest("[data-conversation-row]"), person);
    }
  }

  #message(message) {
    const row = this.row(message.conversation);
    if (!row) {
      this.refresh();
      return;
    }
    if (message.seq <= Number(row.dataset.seq)) return;
    row.dataset.seq = message.seq;
    const mine = message.sender === viewer.id;
    this.#endTyping(message.conversation);
    this.#show(row, message.deleted_at ? "Message deleted" : `${mine ? "You: " : ""}${message.body}`, message.created_at);
    if (!mine && !this.isBeingRead(message.conversation)) this.#unread(row, Number(row.dataset.unread || 0) + 1);
  }

  #show(row, text, at) {
    row.querySelector("[data-preview]").textContent = text;
    const time = row.querySelector("time");
    if (time) Object.assign(time, { dateTime: at, textContent: shortTime(Date.parse(at)) });
    if (this.root.firstElementChild !== row) this.root.prepend(row);
  }

  #unread(row, count) {
    if (!row) return;
    if (count) row.dataset.unread = count;
    else delete row.dataset.unread;
    const badge = row.querySelector(".count");
    badge.hidden = !count;
    badge.querySelector("[data-badge-figure]").textContent = count > 99 ? "99+" : count;
    badge.querySelector("[data-badge-words]").textContent = count;
  }

  #showTyping({ conversation, user, typing }) {
    if (user === viewer.id) return;
    const row = this.row(conversation);
    if (!row) return;
    this.#endTyping(conversation);
    if (!typing) return;
    row.querySelector("[data-preview]").hidden = true;
    row.querySelector("[data-typing]").hidden = false;
    this.#typing.set(
      conversation,
      setTimeout(() => this.#endTyping(conversation), TYPING_GONE_AFTER),
    );
  }

  #endTyping(conversation) {
    clearTimeout(this.#typing.get(conversation));
    const row = this.row(conversation);
    if (!row) return;
    row.querySelector("[data-preview]").hidden = false;
    row.querySelector("[data-typing]").hidden = true;
  }
}
