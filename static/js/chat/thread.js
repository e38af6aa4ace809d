// An open conversation: its messages in order, each once and as it is now, whatever order and however often messages and changes arrive.

import { get } from "../core/api.js";
import { viewer } from "../core/page.js";
import { showPerson } from "../core/people.js";
import { socket } from "../socket.js";
import { arrange, bury, buildMessage, number, setText, setTicks } from "./messages.js";
import { Scroll } from "./scroll.js";

export class Thread {
  constructor(root) {
    this.root = root;
    this.id = root.dataset.conversation;
    this.list = root.querySelector("[data-messages]");
    this.announcer = root.querySelector("[data-announcer]");
    this.peer = { id: root.dataset.peer, name: root.dataset.peerName, delivered: Number(root.dataset.delivered), read: Number(root.dataset.read) };
    this.head = Number(root.dataset.head);
    // Up to which number is known, none left out: edits and deletions for everyone, and what the viewer deleted for themselves on whichever device.
    this.known = { changes: Number(root.dataset.change), hidings: Number(root.dataset.hiding) };
    this.isDetached = "detached" in root.dataset; // shows an old stretch; the newest messages are on another page
    this.scroll = new Scroll(root);
    this.newest = this.head; // the newest message heard of, shown or not
    this.catchingUp = null;
    this.asking = {};
    for (const item of this.list.querySelectorAll(".message")) item.id = `m${item.dataset.seq}`;
    arrange(this.list);
    this.showStatus();
    const wanted = location.hash.startsWith("#m") && this.find(location.hash.slice(2));
    if (wanted) wanted.scrollIntoView({ block: "center", behavior: "instant" });
    else this.scroll.toStart();
  }

  /** The other person is called, or looks, another way. */
  showPeer(person) {
    const before = this.peer.name;
    const renamed = (text) => text.replace(before, () => person.name);
    this.peer.name = this.root.dataset.peerName = person.name;
    this.root.dataset.peerUsername = person.username;
    showPerson(this.root.querySelector(".page-header"), person);
    document.title = renamed(document.title);
    for (const labelled of [this.root, ...this.root.querySelectorAll("textarea")]) labelled.ariaLabel = renamed(labelled.ariaLabel);
    for (const name of this.root.querySelectorAll(".quote b")) if (name.textContent === before) name.textContent = person.name;
  }

  nameOf = (person) => (person === this.peer.id ? this.peer.name : "Somebody");
  find = (seq) => this.list.querySelector(`[data-seq="${Number(seq)}"]`);
  findById = (id) => this.list.querySelector(`[data-id="${CSS.escape(id)}"]`);
  findPending = (tempId) => this.list.querySelector(`[data-temp-id="${CSS.escape(tempId)}"]`);
  /** The last message of the viewer's that can still be edited. */
  lastMine = () => [...this.list.querySelectorAll("[data-mine][data-seq]:not([data-gone])")].at(-1);

  /** A message that was just written here: it stands at the end until the server says where it belongs. */
  addPending(draft, quote) {
    if (this.findPending(draft.temp_id)) return;
    const created_at = new Date(draft.at).toISOString();
    const item = buildMessage({ ...draft, sender: viewer.id, reply_to: quote, created_at }, this.nameOf);
    setTicks(item, "sending");
    this.list.append(item);
    if (draft.failed) this.fail(draft, draft.failed);
    arrange(this.list);
    this.scroll.toEnd();
  }

  /** A message of the server. One that left a gap makes the thread ask for what lies between, so the order always holds. */
  receive(message) {
    if (message.conversation !== this.id || this.find(message.seq)) return;
    if (this.isDetached) {
      this.scroll.countNew();
      return;
    }
    this.newest = Math.max(this.newest, message.seq);
    if (message.seq > this.head + 1) {
      this.catchUp();
      return;
    }
    this.place(message);
    this.head = Math.max(this.head, message.seq);
  }

  place(message) {
    if (this.find(message.seq)) return;
    const mine = message.sender === viewer.id;
    const pending = mine && message.temp_id ? this.findPending(message.temp_id) : null;
    const atEnd = this.scroll.isAtEnd();
    const item = pending ?? buildMessage(message, this.nameOf);
    if (pending) this.settle(pending, message);
    const after = [...this.list.querySelectorAll(".message")].findLast((other) => other !== item && other.dataset.seq && Number(other.dataset.seq) < message.seq);
    this.scroll.steadily(() => {
      if (after) after.after(item);
      else if (!pending) this.list.prepend(item);
      arrange(this.list);
      this.showStatus();
    });
    if (mine || atEnd) this.scroll.toEnd();
    else this.scroll.countNew();
    if (!mine && !message.deleted_at) this.announcer.textContent = `${this.nameOf(message.sender)}: ${message.body}`;
  }

  /** The server took a message of ours. */
  settle(item, message) {
    number(item, message);
    delete item.dataset.state;
    item.querySelector(".message-failed")?.remove();
  }

  acknowledge(draft, ack) {
    const item = this.findPending(draft.temp_id);
    if (!item || item.dataset.seq) return;
    this.newest = Math.max(this.newest, ack.seq);
    if (ack.seq > this.head + 1) {
      this.settle(item, ack);
      this.catchUp();
    } else {
      this.place({ ...draft, ...ack, sender: viewer.id, conversation: this.id });
      this.head = Math.max(this.head, ack.seq);
    }
    this.showStatus();
  }

  fail(draft, reason) {
    const item = this.findPending(draft.temp_id);
    if (!item || item.querySelector(".message-failed")) return;
    item.dataset.state = "failed";
    const note = this.root.querySelector("template[data-failed-mould]").content.firstElementChild.cloneNode(true);
    note.querySelector("[data-reason]").textContent = reason;
    item.append(note);
  }

  edit({ id, body, change }) {
    const item = this.findById(id);
    if (!this.isNews(item, change) || !item) return;
    this.scroll.steadily(() => {
      setText(item, body);
      item.querySelector("[data-edited]").hidden = false;
    });
  }

  remove({ id, for_everyone, change, hiding }) {
    const item = this.findById(id);
    if (typeof hiding === "number") this.heard("hidings", hiding);
    if (!this.isNews(item, change) || !item) return;
    this.scroll.steadily(() => {
      if (for_everyone) bury(item);
      else item.remove();
      arrange(this.list);
    });
  }

  /** Whether a change is later than what is shown of its message. */
  isNews(item, change) {
    if (typeof change !== "number") return true; // done here, or deleted by the viewer for the viewer alone
    this.heard("changes", change);
    if (item && Number(item.dataset.change ?? 0) >= change) return false;
    if (item) item.dataset.change = change;
    return true;
  }

  /** "changes" and "hidings" count up one by one as they are told live: where one was left out, the server is asked. */
  heard(section, number) {
    if (number === this.known[section] + 1) this.known[section] = number;
    else if (number > this.known[section] && socket.state === "open") this.askFor(section);
  }

  askFor(section) {
    this.asking[section] ??= (async () => {
      try {
        for (let more = true; more; ) {
          const answer = await socket.request("resume", { [section]: { [this.id]: this.known[section] } });
          more = this.knows(section, answer[section][this.id]);
        }
      } catch {
        // The connection is gone, or busy; the next number or reconnection asks for the same.
      } finally {
        this.asking[section] = null;
      }
    })();
  }

  /** The server has sent everything up to the number it answers. Returns whether there is more to ask for. */
  knows(section, { last_change, last_hiding, head } = { last_change: 0, last_hiding: 0, head: 0 }) {
    const last = section === "changes" ? last_change : last_hiding;
    this.known[section] = Math.max(this.known[section], last);
    return last < head;
  }

  /** How far the other one got. */
  status({ person, delivered_seq, read_seq }) {
    if (person !== this.peer.id) return;
    this.peer.delivered = Math.max(this.peer.delivered, delivered_seq);
    this.peer.read = Math.max(this.peer.read, read_seq);
    this.showStatus();
  }

  showStatus() {
    for (const item of this.list.querySelectorAll("[data-mine][data-seq]")) {
      const seq = Number(item.dataset.seq);
      setTicks(item, seq <= this.peer.read ? "read" : seq <= this.peer.delivered ? "delivered" : "sent");
    }
  }

  /** Read what lies after the last message shown, until nothing is missing of what was heard of, this reading's own time included. */
  catchUp() {
    if (this.isDetached) return null;
    this.catchingUp ??= (async () => {
      try {
        for (let more = true; more; ) {
          const answer = await get(`conversations/${this.id}/messages?after_seq=${this.head}&limit=100`);
          for (const message of answer.data) this.place(message);
          this.head = Math.max(this.head, answer.data.at(-1)?.seq ?? 0);
          more = answer.data.length > 0 && (answer.pagination?.has_more || this.newest > this.head);
        }
      } catch {
        // The connection is gone again; the next resume asks for the same.
      } finally {
        this.catchingUp = null;
      }
    })();
    return this.catchingUp;
  }
}
