// The socket and the outbox upon it, against a server in the test's hands. One file: both are one object for the life of a page.
import { FakeWebSocket, reported, settle } from "./browser.js";
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
const { socket } = await import("../../static/js/socket.js");
const outbox = await import("../../static/js/outbox.js");

const settled = [];
outbox.onSettled((event) => settled.push(event));
outbox.startOutbox();
socket.start();

const sent = (type) => FakeWebSocket.last.sent.filter((frame) => frame.type === type);
const ack = (frame, data = {}) => FakeWebSocket.last.says({ type: "ack", ref: frame.ref, data });
const refuse = (frame, code, details = {}) => FakeWebSocket.last.says({ type: "error", ref: frame.ref, data: { code, message: `It is ${code}.`, details } });

/** Wait until another connection is tried, for up to `longest` milliseconds. Returns how long that took; NaN where none was. */
function another(longest = 46_000) {
  const made = FakeWebSocket.made.length;
  for (let waited = 0; waited < longest; waited += 50) {
    mock.timers.tick(50);
    if (FakeWebSocket.made.length > made) return waited;
  }
  return NaN;
}

async function connected() {
  if (socket.state !== "open") {
    if (socket.state !== "connecting") another();
    FakeWebSocket.last.says({ type: "authenticated", data: {} });
    await settle();
  }
  assert.equal(socket.state, "open");
}

beforeEach(async () => {
  await connected();
  for (const draft of outbox.drafts()) outbox.discard(draft.temp_id);
  settled.length = 0;
  FakeWebSocket.last.sent.length = 0;
});

test("a request is answered by the frame that names it", async () => {
  const [one, two] = [socket.request("a"), socket.request("b")];
  const [first, second] = FakeWebSocket.last.sent;
  ack(second, { of: "b" });
  ack(first, { of: "a" });
  assert.deepEqual([await one, await two], [{ of: "a" }, { of: "b" }]);
});

test("a request refused or cut off says why", async () => {
  const refused = socket.request("a");
  refuse(FakeWebSocket.last.sent[0], "not_found");
  await assert.rejects(refused, { code: "not_found" });
  const cut = socket.request("a");
  FakeWebSocket.last.ends(1006);
  await assert.rejects(cut, { code: "disconnected" });
  await assert.rejects(socket.request("a"), { code: "disconnected" });
});

test("it waits longer from attempt to attempt, and never longer than half a minute", (context) => {
  context.mock.method(Math, "random", () => 0.5);
  const waits = [];
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const made = FakeWebSocket.made.length;
    FakeWebSocket.last.ends(1006);
    assert.equal(socket.state, "waiting");
    let waited = 0;
    for (; FakeWebSocket.made.length === made && waited < 40_000; waited += 50) mock.timers.tick(50);
    waits.push(waited);
  }
  assert.deepEqual(waits, waits.toSorted((one, other) => one - other));
  assert.ok(waits[0] <= 1_000, `${waits}`);
  assert.ok(waits.at(-1) >= 15_000 && waits.at(-1) <= 30_000, `${waits}`);
});

test("what was missed is asked for before it counts as open", async () => {
  socket.resumeWith("conversations", () => ({ c1: 7 }));
  FakeWebSocket.last.ends(1006);
  another();
  FakeWebSocket.last.says({ type: "authenticated", data: {} });
  await settle();
  assert.notEqual(socket.state, "open");
  assert.deepEqual(sent("resume")[0].data, { conversations: { c1: 7 } });
  ack(sent("resume")[0]);
  await settle();
  assert.equal(socket.state, "open");
  socket.resumeWith("conversations", () => null);
});

test("whoever asked for what was missed is told how far the answer went, once all of it has come", async () => {
  const answers = [];
  socket.resumeWith("changes", () => ({ c1: 3 }), (answer) => answers.push(answer, socket.state));
  FakeWebSocket.last.ends(1006);
  another();
  FakeWebSocket.last.says({ type: "authenticated", data: {} });
  await settle();
  assert.deepEqual(answers, []);
  ack(sent("resume")[0], { changes: { c1: { last_change: 5, head: 5 } } });
  await settle();
  assert.deepEqual(answers, [{ c1: { last_change: 5, head: 5 } }, "open"]);
  socket.resumeWith("changes", () => null);
});

test("a module that comes late, or while it is asked for, has what it missed asked for all the same", async () => {
  const answers = [];
  socket.resumeWith("late", () => ({ c1: 1 }), (answer) => answers.push(answer));
  assert.deepEqual(sent("resume")[0].data, { late: { c1: 1 } });
  ack(sent("resume")[0], { late: "told" });
  await settle();
  assert.deepEqual(answers, ["told"]);

  FakeWebSocket.last.ends(1006);
  another();
  FakeWebSocket.last.says({ type: "authenticated", data: {} });
  socket.resumeWith("later", () => ({ c1: 2 }), (answer) => answers.push(answer));
  ack(sent("resume")[0], { late: "told again" });
  await settle();
  assert.notEqual(socket.state, "open");
  assert.deepEqual(sent("resume")[1].data, { later: { c1: 2 } });
  ack(sent("resume")[1], { later: "told too" });
  await settle();
  assert.equal(socket.state, "open");
  assert.deepEqual(answers, ["told", "told again", "told too"]);
  for (const section of ["late", "later"]) socket.resumeWith(section, () => null);
});

test("told that it asks too often what was missed, it asks once more later", async () => {
  const answers = [];
  socket.resumeWith("changes", () => ({ c1: 3 }), (answer) => answers.push(answer));
  refuse(sent("resume")[0], "rate_limited", { retry_after: 4 });
  await settle();
  assert.equal(socket.state, "open");
  mock.timers.tick(3_900);
  assert.equal(sent("resume").length, 1);
  mock.timers.tick(200);
  ack(sent("resume")[1], { changes: "told" });
  await settle();
  assert.deepEqual(answers, ["told"]);
  socket.resumeWith("changes", () => null);
});

test("a handshake nobody answers is given up and made anew, each time with more patience", () => {
  mock.timers.tick(10_100);
  FakeWebSocket.last.ends(1006);
  another();
  const patience = [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const waiting = FakeWebSocket.last;
    let waited = 0;
    for (; !waiting.closed && waited < 60_000; waited += 50) mock.timers.tick(50);
    patience.push(waited);
    assert.equal(socket.state, "waiting");
    another();
  }
  assert.ok(patience[0] >= 10_000 && patience[0] < 25_000, `${patience}`);
  assert.ok(patience.at(-1) <= 31_000, `${patience}`);
  assert.deepEqual(patience, patience.toSorted((one, other) => one - other));
});

test("a server that takes the connection and never says whose it is is left", () => {
  FakeWebSocket.last.ends(1006);
  another();
  const waiting = FakeWebSocket.last;
  mock.timers.tick(5_000);
  waiting.opens();
  mock.timers.tick(24_000);
  assert.equal(waiting.closed, false, "the server may take 20 s to say that it cannot look");
  mock.timers.tick(2_000);
  assert.equal(waiting.closed, true);
  assert.equal(socket.state, "waiting");
});

test("where the network or the page is back, a handshake from before is not waited for", () => {
  for (const back of [() => dispatchEvent(new Event("online")), () => document.dispatchEvent(new Event("visibilitychange"))]) {
    FakeWebSocket.last.ends(1006);
    another();
    const waiting = FakeWebSocket.last;
    mock.timers.tick(1_000);
    back();
    assert.equal(FakeWebSocket.last, waiting, "one that has just begun may go on");
    mock.timers.tick(3_000);
    back();
    assert.equal(waiting.closed, true);
    assert.notEqual(FakeWebSocket.last, waiting);
    assert.equal(socket.state, "connecting");
  }
});

test("a page that comes back from the history does not wait for the end of the connection it left", () => {
  const left = FakeWebSocket.last;
  dispatchEvent(new Event("pagehide"));
  assert.equal(left.closed, true);
  dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  assert.notEqual(FakeWebSocket.last, left);
  assert.equal(socket.state, "connecting");
});

test("a ping that was not answered ends the connection it went out on, and not the next one", async () => {
  document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(sent("ping").length, 1);
  mock.timers.tick(7_000);
  FakeWebSocket.last.ends(1006);
  another(1_000);
  const next = FakeWebSocket.last;
  mock.timers.tick(2_000);
  assert.equal(next.closed, false);
  await connected();
  mock.timers.tick(1);
  document.dispatchEvent(new Event("visibilitychange"));
  mock.timers.tick(8_100);
  assert.equal(next.closed, true);
});

test("a listener that fails keeps nobody from connecting", async () => {
  reported.length = 0;
  let fails = true;
  const end = socket.onState((state) => {
    if (fails) throw new Error(`listener at ${state}`);
  });
  socket.resumeWith("broken", () => {
    if (fails) throw new Error("value");
    return null;
  });
  FakeWebSocket.last.ends(1006);
  another();
  FakeWebSocket.last.says({ type: "authenticated", data: {} });
  await settle();
  assert.equal(socket.state, "open");
  assert.deepEqual(reported, ["listener at open", "value", "listener at waiting", "listener at connecting", "value", "listener at open"]);
  fails = false;
  end();
});

test("where all seats are taken it says so, and looks again when those of a killed server are free", () => {
  FakeWebSocket.last.ends(4409);
  assert.equal(socket.state, "closed");
  const waited = another(60_000);
  assert.ok(waited >= 29_000 && waited <= 46_000, `${waited}`);
});

test("messages go out one after the other, in the order they were written", async () => {
  for (const body of ["one", "two"]) {
    outbox.send({ conversation: "c1", body });
    mock.timers.tick(5);
  }
  assert.deepEqual(sent("message:send").map((frame) => frame.data.body), ["one"]);
  ack(sent("message:send")[0], { seq: 1 });
  await settle();
  assert.deepEqual(sent("message:send").map((frame) => frame.data.body), ["one", "two"]);
  ack(sent("message:send")[1], { seq: 2 });
  await settle();
  assert.deepEqual(settled.map(({ draft, ack: answer }) => [draft.body, answer.seq]), [["one", 1], ["two", 2]]);
  assert.deepEqual(outbox.drafts(), []);
});

test("a message whose answer was lost goes out again under the same name", async () => {
  outbox.send({ conversation: "c1", body: "hello" });
  const { temp_id } = sent("message:send")[0].data;
  FakeWebSocket.last.ends(1006);
  await settle();
  assert.equal(outbox.drafts("c1").length, 1);
  await connected();
  await settle();
  assert.deepEqual(sent("message:send").map((frame) => frame.data.temp_id), [temp_id]);
  ack(sent("message:send")[0], { seq: 1 });
  await settle();
  assert.deepEqual(outbox.drafts(), []);
});

test("told to slow down, it waits as long as it was told and loses nothing", async () => {
  outbox.send({ conversation: "c1", body: "quick" });
  refuse(sent("message:send")[0], "rate_limited", { retry_after: 3 });
  await settle();
  mock.timers.tick(2_900);
  await settle();
  assert.equal(sent("message:send").length, 1);
  mock.timers.tick(200);
  await settle();
  assert.equal(sent("message:send").length, 2);
  ack(sent("message:send")[1], { seq: 1 });
  await settle();
  assert.equal(settled.length, 1);
});

test("a message refused for good is kept with the reason, holds nothing up, and can be tried again", async () => {
  const refused = outbox.send({ conversation: "c1", body: "bad" });
  mock.timers.tick(5);
  outbox.send({ conversation: "c1", body: "good" });
  refuse(sent("message:send")[0], "validation_failed");
  await settle();
  assert.equal(settled[0].error.code, "validation_failed");
  ack(sent("message:send")[1], { seq: 1 });
  await settle();
  assert.deepEqual(outbox.drafts().map((draft) => [draft.body, draft.failed]), [["bad", "It is validation_failed."]]);
  outbox.retry(refused.temp_id);
  assert.equal(sent("message:send").at(-1).data.temp_id, refused.temp_id);
  ack(sent("message:send").at(-1), { seq: 2 });
  await settle();
  assert.deepEqual(outbox.drafts(), []);
});
