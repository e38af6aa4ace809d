// Typing, both ways: ours at most once a second, theirs gone after five seconds of silence.

import { socket } from "../socket.js";

const EVERY = 1500;
const GONE_AFTER = 5000;

export class Typing {
  #told = 0;
  #timer = 0;

  constructor(thread, show) {
    this.thread = thread;
    this.show = show;
    socket.on("typing:update", (data) => this.#theirs(data));
  }

  mine() {
    if (Date.now() - this.#told < EVERY) return;
    this.#told = Date.now();
    socket.tell("typing:start", { conversation: this.thread.id });
  }

  stop() {
    if (!this.#told) return;
    this.#told = 0;
    socket.tell("typing:stop", { conversation: this.thread.id });
  }

  ended() {
    clearTimeout(this.#timer);
    this.show(false);
  }

  #theirs({ conversation, user, typing }) {
    if (conversation !== this.thread.id || user !== this.thread.peer.id) return;
    clearTimeout(this.#timer);
    this.show(typing);
    if (typing) this.#timer = setTimeout(() => this.show(false), GONE_AFTER);
  }
}
