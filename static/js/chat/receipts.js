// Saying how far we have read: what is on the screen, at the end of the thread, in a window somebody looks at.

import { socket } from "../socket.js";

const SOON = 250;

export class ReadReceipts {
  #timer = 0;

  constructor(thread, onRead) {
    this.thread = thread;
    this.onRead = onRead;
    this.read = Number(thread.root.dataset.myRead);
    thread.scroll.onEnd(() => this.note());
    document.addEventListener("visibilitychange", () => this.note());
    addEventListener("focus", () => this.note());
    socket.onState((state) => state === "open" && this.note());
  }

  isReading = () => document.visibilityState === "visible" && document.hasFocus() && this.thread.scroll.isAtEnd();

  note() {
    if (!this.isReading() || this.thread.head <= this.read) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#say(), SOON);
  }

  async #say() {
    const seq = this.thread.head;
    if (!this.isReading() || seq <= this.read) return;
    try {
      await socket.request("message:read", { conversation: this.thread.id, seq });
      this.read = Math.max(this.read, seq);
      this.onRead();
    } catch (error) {
      if (error.code === "rate_limited") setTimeout(() => this.note(), 2000);
    }
  }
}
