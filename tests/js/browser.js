// As much of a browser as the modules under test ask for. Importing this first puts it in place.

class FakeElement {
  constructor(tag) {
    Object.assign(this, { tag, dataset: {}, attributes: {}, children: [], textContent: "", className: "" });
  }

  setAttribute = (name, value) => (this.attributes[name] = value);
  append = (...children) => this.children.push(...children);
}

/** The server's side of a socket, in the hands of a test. */
export class FakeWebSocket extends EventTarget {
  static CONNECTING = 0;
  static made = [];

  constructor(url) {
    super();
    Object.assign(this, { url, sent: [], readyState: 0, closed: false });
    FakeWebSocket.made.push(this);
  }

  static get last() {
    return FakeWebSocket.made.at(-1);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
  }

  /** The server takes the connection, and has not looked yet whose it is. */
  opens() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  says(frame) {
    this.readyState = 1;
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(frame) }));
  }

  ends(code) {
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}

const kept = {};
const storage = {
  getItem: (key) => kept[key] ?? null,
  setItem: (key, value) => (kept[key] = String(value)),
  removeItem: (key) => delete kept[key],
};
/** Only what was stored is an own, enumerable property: as in a browser, `Object.keys` gives the keys. */
const localStorage = new Proxy(kept, {
  get: (target, name) => storage[name] ?? target[name],
});

const page = Object.assign(new EventTarget(), {
  visibilityState: "visible",
  documentElement: { lang: "en", dataset: {} },
  head: { querySelector: (selector) => (selector.includes("viewer") ? { content: "ana-id", dataset: { username: "ana" } } : null) },
  createElement: (tag) => new FakeElement(tag),
  querySelector: () => null,
  querySelectorAll: () => [],
});
const window = new EventTarget();
/** What went wrong on the page, as a browser would report it. */
export const reported = [];
Object.assign(globalThis, {
  reportError: (error) => reported.push(error.message),
  document: page,
  localStorage,
  location: { protocol: "https:", host: "hubbub.test" },
  WebSocket: FakeWebSocket,
  addEventListener: window.addEventListener.bind(window),
  dispatchEvent: window.dispatchEvent.bind(window),
});

/** Let everything that waits on promises go on. */
export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
