// The socket and the outbox upon it, against a server in the test's hands. One file: both are one object for the life of a page.
import { FakeWebSocket, settle } from "./browser.js";
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

async function connected() {
  if (socket.state !== "open") {
    mock.timers.tick(31_000);
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
  mock.timers.tick(31_000);
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
  mock.timers.tick(31_000);
  FakeWebSocket.last.says({ type: "authenticated", data: {} });
  await settle();
  assert.deepEqual(answers, []);
  ack(sent("resume")[0], { changes: { c1: { last_change: 5, head: 5 } } });
  await settle();
  assert.deepEqual(answers, [{ c1: { last_change: 5, head: 5 } }, "open"]);
  socket.resumeWith("changes", () => null);
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
