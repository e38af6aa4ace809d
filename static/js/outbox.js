// Messages that were written and not yet acknowledged. They survive a reload or a closed tab, and go out again under the same `temp_id`, which
// makes the server take each once, however often, and from however many tabs, it is sent.

import { viewer } from "./core/page.js";
import { socket } from "./socket.js";

const PREFIX = `hubbub.outbox.${viewer?.id}.`;
const AGAIN = new Set(["disconnected", "rate_limited", "unavailable", "internal_error", "not_authenticated"]);
const listeners = new Set();
let running = false;

const read = (key) => JSON.parse(localStorage.getItem(key) ?? "null");
const write = (draft) => localStorage.setItem(PREFIX + draft.temp_id, JSON.stringify(draft));

/** All drafts of this person, oldest first: {temp_id, conversation, body, reply_to, at, failed?}. */
export function drafts(conversation) {
  const found = Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .map(read)
    .filter((draft) => draft && (!conversation || draft.conversation === conversation));
  return found.sort((one, other) => one.at - other.at);
}

/** Call `handler({draft, ack})` when one was taken, `handler({draft, error})` when it was refused for good. */
export function onSettled(handler) {
  listeners.add(handler);
}

/** Keep and send `body`. Returns the draft at once. */
export function send({ conversation, body, reply_to = null }) {
  const draft = { temp_id: crypto.randomUUID(), conversation, body, reply_to, at: Date.now() };
  write(draft);
  flush();
  return draft;
}

export function retry(tempId) {
  const draft = read(PREFIX + tempId);
  if (!draft) return;
  delete draft.failed;
  write(draft);
  flush();
}

export const discard = (tempId) => localStorage.removeItem(PREFIX + tempId);

const tell = (event) => listeners.forEach((handler) => handler(event));
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Send what waits, one after the other so that it arrives in the order it was written. */
export async function flush() {
  if (running) return;
  running = true;
  try {
    for (;;) {
      const draft = drafts().find((waiting) => !waiting.failed);
      if (!draft || socket.state !== "open") return;
      try {
        const { temp_id, conversation, body, reply_to } = draft;
        const ack = await socket.request("message:send", { temp_id, conversation, body, reply_to });
        discard(temp_id);
        tell({ draft, ack });
      } catch (error) {
        if (error.code === "disconnected") return;
        if (AGAIN.has(error.code)) {
          await pause(Math.min(60, error.details?.retry_after ?? 2) * 1000);
          continue;
        }
        write({ ...draft, failed: error.message || "It was refused." });
        tell({ draft, error });
      }
    }
  } finally {
    running = false;
  }
}

export function startOutbox() {
  socket.onState((state) => state === "open" && flush());
  // Who signs out leaves nothing behind on the machine.
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") === "/sign-out/") drafts().forEach((draft) => discard(draft.temp_id));
  });
}
