// The one socket of a page: connects by itself, comes back by itself, answers each request, and says what state it is in.
// Of its one export, `socket`:
//   socket.on("message:new", (data) => …);
//   const ack = await socket.request("message:send", {…});   // rejects with SocketError
//   socket.resumeWith("conversations", () => ({ [id]: lastSeq }), (answer) => …);
//   socket.onState((state) => …);                            // connecting | open | waiting | closed
//
// docs/API.md has the protocol; core/realtime/codes.py the close codes.

const OPENED_WITHIN = 10_000; // the handshake; as much longer with each attempt that failed, up to LONGEST_PATIENCE
const LONGEST_PATIENCE = 30_000;
const ADMITTED_WITHIN = 25_000; // longer than the server takes to say that it cannot look now
const STALE_AFTER = 3_000; // an attempt this old is made anew when the network or the page is back
const ACK_TIMEOUT = 10_000;
const PING_EVERY = 25_000;
const PONG_WITHIN = 8_000;
const FIRST_DELAY = 400;
const LONGEST_DELAY = 30_000;
const STABLE_AFTER = 10_000;
const NOT_AUTHENTICATED = 4401;
const SESSION_REVOKED = 4403;
const TOO_MANY_SOCKETS = 4409;
const SEAT_AFTER = 30_000; // seats of a server that was killed are free again by then

/** A request that was refused (`code` of the server) or not answered (`code` "disconnected"). */
export class SocketError extends Error {
  constructor(code, message, details = {}) {
    super(message);
    Object.assign(this, { code, details });
  }
}

class Socket {
  state = "closed";
  closeCode = 0;
  #ws = null;
  #next = 1;
  #waiting = new Map(); // ref → {resolve, reject, timer}
  #listeners = new Map(); // type → Set of handlers
  #stateListeners = new Set();
  #sections = new Map(); // resume section → {value, answered}
  #attempts = 0;
  #timer = 0;
  #patience = 0;
  #since = 0;
  #heartbeat = 0;
  #heard = 0;
  #stable = 0;
  #wanted = false;

  /** Connect and stay connected. Calling it again does nothing. */
  start() {
    if (this.#wanted) return;
    this.#wanted = true;
    addEventListener("online", () => this.#connectNow());
    addEventListener("offline", () => this.#drop());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      if (this.state === "open") this.#checkAlive();
      else this.#connectNow();
    });
    // A page kept for the Back button must not hold its socket, and needs a new one when it returns.
    addEventListener("pagehide", () => this.#ws?.close(1000));
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      this.#drop();
      this.#connectNow();
    });
    this.#connect();
  }

  /** Call `handler(data)` for every frame of `type`. Returns a function that ends it. */
  on(type, handler) {
    if (!this.#listeners.has(type)) this.#listeners.set(type, new Set());
    this.#listeners.get(type).add(handler);
    return () => this.#listeners.get(type).delete(handler);
  }

  /** Call `handler(state)` now and at every change. */
  onState(handler) {
    this.#stateListeners.add(handler);
    guarded(handler, this.state);
    return () => this.#stateListeners.delete(handler);
  }

  /**
   * After each reconnection, and now if there is a connection, ask for what was missed: `value()` is what `section` of the `resume` frame says, null
   * to leave it out. `answered` gets what the server says of it once all of it has come.
   */
  resumeWith(section, value, answered = () => {}) {
    this.#sections.set(section, { value, answered });
    if (this.state === "open") this.#resume([section]).then((answers) => this.#answered(answers));
  }

  /** Send and wait for the answer. Rejects at once when there is no connection: whoever must not lose something keeps it and tries again. */
  request(type, data = {}) {
    if (this.state !== "open") return Promise.reject(new SocketError("disconnected", "No connection."));
    return this.#request(type, data);
  }

  /** Send what may get lost, such as "typing". */
  tell(type, data = {}) {
    if (this.state === "open") this.#ws.send(JSON.stringify({ type, data }));
  }

  #request(type, data) {
    const ref = String(this.#next++);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(ref);
        reject(new SocketError("disconnected", "No answer."));
        this.#drop();
      }, ACK_TIMEOUT);
      this.#waiting.set(ref, { resolve, reject, timer });
      this.#ws.send(JSON.stringify({ type, ref, data }));
    });
  }

  #connectNow() {
    if (!this.#wanted || this.closeCode === SESSION_REVOKED) return;
    // An attempt from before the network changed, or before the machine slept, may never be answered.
    if (this.#ws?.readyState === WebSocket.CONNECTING && Date.now() - this.#since > STALE_AFTER) this.#drop();
    if (this.#ws) return;
    this.#attempts = 0;
    this.#connect();
  }

  #connect() {
    clearTimeout(this.#timer);
    if (this.#ws) return;
    this.#become("connecting");
    const ws = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`, ["hubbub.v1"]);
    this.#ws = ws;
    this.#since = Date.now();
    this.#expect(Math.min(LONGEST_PATIENCE, OPENED_WITHIN * (1 + this.#attempts)));
    ws.addEventListener("open", () => this.#ws === ws && this.#expect(ADMITTED_WITHIN));
    ws.addEventListener("message", (event) => this.#ws === ws && this.#receive(event.data));
    ws.addEventListener("close", (event) => this.#ws === ws && this.#closed(event.code));
  }

  /** Browsers wait minutes for a handshake that nobody answers, and for ever for the first frame: after `milliseconds` it is tried anew. */
  #expect(milliseconds) {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#drop(), milliseconds);
  }

  #receive(text) {
    this.#heard = Date.now();
    const frame = JSON.parse(text);
    if (frame.ref !== undefined && frame.ref !== null && this.#waiting.has(frame.ref)) {
      const { resolve, reject, timer } = this.#waiting.get(frame.ref);
      this.#waiting.delete(frame.ref);
      clearTimeout(timer);
      if (frame.type === "ack") resolve(frame.data ?? {});
      else reject(new SocketError(frame.data.code, frame.data.message, frame.data.details));
      return;
    }
    if (frame.type === "authenticated") this.#admitted();
    for (const handler of this.#listeners.get(frame.type) ?? []) guarded(handler, frame.data);
  }

  async #admitted() {
    const ws = this.#ws;
    clearTimeout(this.#patience);
    this.#stable = setTimeout(() => (this.#attempts = 0), STABLE_AFTER);
    this.#heartbeat = setInterval(() => this.#checkAlive(), PING_EVERY);
    // What was missed comes before "open", so that nobody sends into a past they have not seen. Modules may have come while it was asked for.
    const asked = new Set();
    const answers = {};
    for (let rest; (rest = [...this.#sections.keys()].filter((section) => !asked.has(section))).length; ) {
      rest.forEach((section) => asked.add(section));
      Object.assign(answers, await this.#resume(rest));
      if (this.#ws !== ws) return;
    }
    this.#become("open");
    this.#answered(answers);
  }

  /** Ask what was missed of these sections. Where that is refused for now it is asked again later: meanwhile the connection is of use as it is. */
  async #resume(sections) {
    const ws = this.#ws;
    const data = {};
    for (const section of sections) {
      const said = guarded(this.#sections.get(section).value) ?? null;
      if (said !== null && Object.keys(said).length) data[section] = said;
    }
    if (!Object.keys(data).length) return {};
    try {
      return await this.#request("resume", data);
    } catch (error) {
      console.warn("resume:", error.code);
      const again = () => this.#ws === ws && this.#resume(Object.keys(data)).then((answers) => this.#answered(answers));
      if (error.details?.retry_after) setTimeout(again, error.details.retry_after * 1000);
      return {};
    }
  }

  #answered(answers) {
    for (const [section, { answered }] of this.#sections) if (answers[section]) guarded(answered, answers[section]);
  }

  #checkAlive() {
    const asked = Date.now();
    const ws = this.#ws;
    ws?.send(JSON.stringify({ type: "ping" }));
    setTimeout(() => this.#ws === ws && this.#heard < asked && Date.now() - asked < PONG_WITHIN * 3 && this.#drop(), PONG_WITHIN);
  }

  /** Give a connection up that no longer answers, without waiting for its close. */
  #drop() {
    const ws = this.#ws;
    if (!ws) return;
    this.#closed(1006);
    ws.close();
  }

  #closed(code) {
    this.#ws = null;
    this.closeCode = code;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#stable);
    clearTimeout(this.#patience);
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new SocketError("disconnected", "The connection was lost."));
    }
    this.#waiting.clear();
    if (code === TOO_MANY_SOCKETS) this.#timer = setTimeout(() => this.#connect(), SEAT_AFTER * (1 + Math.random() / 2));
    if (code === SESSION_REVOKED || code === NOT_AUTHENTICATED || code === TOO_MANY_SOCKETS) {
      this.#become("closed");
      return;
    }
    const most = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#attempts++);
    this.#timer = setTimeout(() => this.#connect(), most / 2 + (Math.random() * most) / 2);
    this.#become("waiting");
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    for (const handler of this.#stateListeners) guarded(handler, state);
  }
}

/** What listeners do wrong is theirs: it is reported as any mistake on a page, and the connection goes on. */
function guarded(handler, ...given) {
  try {
    return handler(...given);
  } catch (error) {
    reportError(error);
  }
}

export const socket = new Socket();
