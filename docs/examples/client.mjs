// Hubbub with JavaScript: sign in, post with a picture, open a conversation, send over the socket, receive, miss something, resume.
//
//   node docs/examples/client.mjs picture.jpg          against http://localhost:8000, as the demo people ana and ben
//   HUBBUB_URL=https://hubbub.example ANA=… BEN=… PASSWORD=… node docs/examples/client.mjs picture.jpg
//
// Needs Node 22 or later (20.10 with --experimental-websocket) and no packages. In a browser the same classes work, with a File instead of a path.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";

const { HUBBUB_URL = "http://localhost:8000", ANA = "ana", BEN = "ben", PASSWORD = "hubbub-demo" } = process.env;
const PATIENCE = 30_000;
const TYPES = { ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp" };
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** `code` is stable and for programs, `message` is for people. */
class Refused extends Error {
  constructor({ code, message, details }) {
    super(`${code}: ${message}`);
    Object.assign(this, { code, details });
  }
}

/** Somebody signed in, over REST. */
class Person {
  static async signIn(username) {
    const person = new Person();
    person.keep(await person.call("POST", "auth/sign-in", { username, password: PASSWORD }));
    return person;
  }

  /** A real client stores both at once, before it uses either: the old refresh token is spent. */
  keep({ access_token: access, refresh_token: refresh }) {
    Object.assign(this, { access, refreshToken: refresh });
  }

  /** Each refresh token works once. One at a time: whoever loses a race gets 409 `refresh_superseded` and no tokens. */
  async refresh() {
    const spent = this.refreshToken;
    this.refreshToken = undefined;
    this.keep(await this.call("POST", "auth/refresh-token", { refresh_token: spent }));
  }

  /** The `data` of the answer. Rejects with Refused. */
  async call(method, path, body, headers = {}) {
    const response = await fetch(`${HUBBUB_URL}/api/v1/${path}`, {
      method,
      headers: {
        ...(this.access && { Authorization: `Bearer ${this.access}` }),
        ...(body && { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    if (response.status === 204) return null;
    const answer = await response.json();
    if (answer.success) return answer.data;
    if (answer.error.code === "token_invalid" && this.refreshToken) {
      await this.refresh(); // the access token is past its quarter of an hour
      return this.call(method, path, body, headers);
    }
    throw new Refused(answer.error);
  }

  /** Ask for a place, send the bytes straight there, confirm, and wait until the picture is ready. Resolves to the upload's id. */
  async upload(path) {
    const content = await readFile(path);
    const about = { kind: "image", filename: basename(path), content_type: TYPES[extname(path).toLowerCase()], size: content.length };
    const { id, upload: place } = await this.call("POST", "uploads", about);
    // The address is signed: no token goes along, and the headers are sent exactly as given.
    const put = await fetch(place.url, { method: place.method, headers: place.headers, body: content });
    if (!put.ok) throw new Error(`the store answered ${put.status}`);
    let upload = await this.call("POST", `uploads/${id}/complete`);
    for (const end = Date.now() + PATIENCE; upload.state === "processing" && Date.now() < end; ) {
      await pause(500);
      upload = await this.call("GET", `uploads/${id}`);
    }
    if (upload.state !== "ready") throw new Error(`the picture is ${upload.state} ${upload.failure}`);
    return upload.id;
  }
}

/** One socket. */
class Socket {
  #waiting = []; // {wanted, resolve, reject}
  #frames = []; // nobody has asked for yet
  #references = 0;

  /** `seen` is the highest `seq` this client has of each conversation; after a reconnection it asks for what came since. */
  static async open(person, seen) {
    const socket = new Socket();
    // The token travels as a subprotocol, never in the address, which ends up in logs.
    socket.ws = new WebSocket(`${HUBBUB_URL.replace("http", "ws")}/ws/`, ["hubbub.v1", `bearer.${person.access}`]);
    socket.ws.addEventListener("message", ({ data }) => socket.#arrived(JSON.parse(data)));
    socket.ws.addEventListener("close", ({ code, reason }) => socket.#ended(new Error(`closed with ${code} ${reason}`)));
    await socket.expect("authenticated");
    if (seen) await socket.call("resume", { conversations: seen }); // the missed frames come before its ack
    return socket;
  }

  close() {
    this.ws.close();
  }

  /** Send one frame; resolves to the `data` of its `ack`, rejects with Refused for an `error`. */
  async call(type, data) {
    const ref = String(++this.#references);
    this.ws.send(JSON.stringify({ type, ref, data }));
    const answer = await this.#next((frame) => frame.ref === ref);
    if (answer.type === "error") throw new Refused(answer.data);
    return answer.data;
  }

  /** The `data` of the next frame of that type. Frames of other types wait for their turn. */
  async expect(type) {
    return (await this.#next((frame) => frame.type === type)).data;
  }

  #next(wanted) {
    const at = this.#frames.findIndex(wanted);
    if (at >= 0) return Promise.resolve(this.#frames.splice(at, 1)[0]);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no answer")), PATIENCE);
      this.#waiting.push({ wanted, timer, resolve, reject });
    });
  }

  #arrived(frame) {
    const at = this.#waiting.findIndex(({ wanted }) => wanted(frame));
    if (at < 0) return this.#frames.push(frame);
    const [{ timer, resolve }] = this.#waiting.splice(at, 1);
    clearTimeout(timer);
    resolve(frame);
  }

  #ended(error) {
    for (const { timer, reject } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(error);
    }
  }
}

async function main(picture) {
  const [ana, ben] = [await Person.signIn(ANA), await Person.signIn(BEN)];
  console.log("signed in as", (await ana.call("GET", "users/me")).name);

  const upload = await ana.upload(picture);
  const body = { body: "Posted with *JavaScript*.", images: [{ upload, alt: "A picture from a program." }] };
  // The key makes it safe to send this again after a lost answer: it stays one post.
  const post = await ana.call("POST", "posts", body, { "Idempotency-Key": randomUUID() });
  console.log("posted", post.id, "with", post.images.length, "picture");

  const { id: conversation } = await ana.call("POST", "conversations/direct", { user: BEN });
  const anas = await Socket.open(ana);
  let bens = await Socket.open(ben);
  // After a lost answer the same temp_id is sent again: it can only become one message.
  const ack = await anas.call("message:send", { conversation, body: "Hello from JavaScript.", temp_id: randomUUID() });
  console.log("sent message", ack.seq);
  const message = await bens.expect("message:new");
  console.log("received:", message.body);
  await bens.call("message:read", { conversation, seq: message.seq });
  console.log("read up to", (await anas.expect("message:status")).read_seq);
  bens.close();

  await anas.call("message:send", { conversation, body: "You were away.", temp_id: randomUUID() });
  await ben.refresh(); // as one does when the access token is old
  bens = await Socket.open(ben, { [conversation]: message.seq });
  console.log("missed:", (await bens.expect("message:new")).body);
  bens.close();
  anas.close();

  await ana.call("POST", "auth/sign-out");
  await ben.call("POST", "auth/sign-out");
  console.log("signed out");
}

const [picture] = process.argv.slice(2);
if (!picture || !globalThis.WebSocket) {
  console.error(picture ? "This needs Node 22 or later (20.10 with --experimental-websocket)." : "usage: client.mjs PICTURE");
  process.exit(2);
}
await main(picture).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
