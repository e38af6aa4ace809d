// Messages as elements: filling the mould the server drew, and keeping days, groups and ticks right around them.

import { dayName } from "../components/times.js";
import { el } from "../core/dom.js";
import { linkify } from "../core/text.js";
import { viewer } from "../core/page.js";

const GROUP_WITHIN = 5 * 60_000;
// As in chat/messages/pages.py.
const ONLY_EMOJI = /^(?:[\u203c\u2049\u2139\u2194-\u21aa\u231a-\u23fa\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\u{1f000}-\u{1f1e5}\u{1f201}-\u{1f3fa}\u{1f400}-\u{1faff}][\ufe0f\u200d\u{1f3fb}-\u{1f3ff}]*\s*){1,3}$/u;
const WORDS = { sending: "Sending", sent: "Sent", delivered: "Delivered", read: "Read" };

const mould = () => document.querySelector("template[data-message-mould]").content.firstElementChild.cloneNode(true);

/** The words of a message, shown as text and links. */
export function setText(item, body) {
  item.querySelector("[data-text]").replaceChildren(...linkify(body));
  item.querySelector(".bubble").classList.toggle("bubble-emoji", ONLY_EMOJI.test(body) && !item.querySelector(".quote"));
}

export const textOf = (item) => item.querySelector("[data-text]").textContent;

/** A new element for a message as the socket, the API or the outbox describes one. `nameOf` gives the name of a sender. */
export function buildMessage(message, nameOf) {
  const item = mould();
  const mine = message.sender === viewer.id;
  item.classList.toggle("message-mine", mine);
  item.toggleAttribute("data-mine", mine);
  item.querySelector(".bubble").classList.toggle("bubble-mine", mine);
  item.querySelector("[data-author]").textContent = `${mine ? "You" : nameOf(message.sender)}:`;
  if (!mine) item.querySelector(".ticks").remove();
  if (message.temp_id) item.dataset.tempId = message.temp_id;
  item.dataset.sender = message.sender ?? "";
  if (message.reply_to) {
    const { id, seq, sender, body } = message.reply_to;
    const name = sender === viewer.id ? "You" : nameOf(sender);
    const quote = el("a", { class: "quote", href: `?around=${id}#m${seq}`, dataset: { quote: seq, quoteId: id } }, el("b", { text: name }), el("span", { text: body || "Deleted message" }));
    item.querySelector("[data-text]").before(quote);
  }
  setText(item, message.body);
  number(item, message);
  item.querySelector("[data-edited]").hidden = !message.edited_at;
  if (message.deleted_at) bury(item);
  return item;
}

/** Give an element what the server knows of its message: id, place and time. */
export function number(item, { id, seq, created_at }) {
  if (id) item.dataset.id = id;
  if (seq) Object.assign(item, { id: `m${seq}` }).dataset.seq = seq;
  item.dataset.at = created_at;
  const time = item.querySelector(".bubble-meta time");
  time.dateTime = created_at;
  time.textContent = new Date(created_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** Deleted for everyone: the place stays, the words go. */
export function bury(item) {
  item.querySelector(".bubble").classList.add("bubble-gone");
  item.querySelector("[data-text]").textContent = "Message deleted";
  for (const part of item.querySelectorAll(".quote, .message-tools, .ticks, [data-edited]")) part.remove();
  item.dataset.gone = "";
}

export function setTicks(item, state) {
  const ticks = item.querySelector(".ticks");
  if (!ticks || ticks.dataset.state === state) return;
  ticks.dataset.state = state;
  ticks.setAttribute("aria-label", WORDS[state]);
}

/** Days between messages, and which message ends a group of its sender's: as the server draws them. */
export function arrange(list) {
  for (const day of list.querySelectorAll(":scope > .day")) day.remove();
  let before = null;
  for (const item of [...list.querySelectorAll(":scope > .message")]) {
    const at = Date.parse(item.dataset.at);
    const day = new Date(at).toDateString();
    if (before?.day !== day) {
      const line = item.previousElementSibling?.matches("[data-unread-line]") ? item.previousElementSibling : item;
      line.before(el("li", { class: "day" }, el("time", { datetime: item.dataset.at, dataset: { time: "day" }, text: dayName(at) })));
    }
    if (before) {
      const ends = before.day !== day || before.sender !== item.dataset.sender || at - before.at > GROUP_WITHIN;
      before.item.classList.toggle("message-last", ends);
    }
    before = { item, at, day, sender: item.dataset.sender };
  }
  before?.item.classList.add("message-last");
}
