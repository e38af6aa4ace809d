// The chat pages: puts list, thread, composer and the socket together.

import { seenTime } from "./components/times.js";
import { toastOnNextPage } from "./components/toasts.js";
import { refreshUnread } from "./live.js";
import { drafts, onSettled } from "./outbox.js";
import { onPresence, presenceOf, startPresence } from "./presence.js";
import { socket } from "./socket.js";
import { startActions } from "./chat/actions.js";
import { Composer } from "./chat/composer.js";
import { List } from "./chat/list.js";
import { ReadReceipts } from "./chat/receipts.js";
import { Thread } from "./chat/thread.js";
import { Typing } from "./chat/typing.js";

const WORDS = { online: "Online", away: "Away", busy: "Busy" };
const root = document.querySelector("[data-thread]");
const listRoot = document.querySelector("[data-conversations]");

function startThread() {
  const thread = new Thread(root);
  const list = new List(listRoot, root.dataset.conversation, (conversation) => conversation === thread.id && receipts.isReading());
  const receipts = new ReadReceipts(thread, () => {
    list.read(thread.id);
    refreshUnread();
  });
  const presenceLine = root.querySelector("[data-presence-line]");
  const dots = root.querySelector("[data-typing-row]");
  let typingNow = false;

  const showPresence = () => {
    const { state, last_seen_at } = presenceOf(thread.peer.id) ?? {};
    presenceLine.dataset.state = typingNow ? "typing" : (state ?? "");
    if (typingNow) presenceLine.textContent = "typing…";
    else if (state && state !== "offline") presenceLine.textContent = WORDS[state];
    else if (state === "offline" && last_seen_at) presenceLine.textContent = `last seen ${seenTime(Date.parse(last_seen_at))}`;
    else presenceLine.textContent = root.dataset.peerUsername && `@${root.dataset.peerUsername}`;
  };
  const typing = new Typing(thread, (now) => {
    typingNow = now;
    thread.scroll.steadily(() => (dots.hidden = !now));
    showPresence();
  });
  const composer = root.querySelector("[data-composer]") && new Composer(root, thread, typing);
  if (composer) startActions(root, thread, composer);

  onPresence((person) => person === thread.peer.id && showPresence());
  setInterval(showPresence, 30_000);

  socket.resumeWith("conversations", () => ({ [thread.id]: thread.head }));
  for (const section of ["changes", "hidings"]) {
    socket.resumeWith(
      section,
      () => ({ [thread.id]: thread.known[section] }),
      (answer) => thread.knows(section, answer[thread.id]) && thread.askFor(section),
    );
  }
  socket.on("message:new", (message) => {
    if (message.conversation !== thread.id) return;
    if (message.sender === thread.peer.id) typing.ended();
    thread.receive(message);
    receipts.note();
  });
  // Sent from another device of ours: its text is not in this frame, so ask for it.
  socket.on("message:sent", ({ conversation, seq }) => conversation === thread.id && seq > thread.head && thread.catchUp());
  socket.on("message:edited", (message) => message.conversation === thread.id && thread.edit(message));
  socket.on("message:deleted", (message) => message.conversation === thread.id && thread.remove(message));
  socket.on("message:status", (status) => status.conversation === thread.id && thread.status(status));
  socket.on("person:updated", (person) => {
    if (person.id !== thread.peer.id) return;
    if (person.is_deleted) location.reload();
    else thread.showPeer(person);
    showPresence();
  });
  socket.on("conversation:removed", ({ conversation }) => {
    if (conversation !== thread.id) return;
    toastOnNextPage({ tone: "info", text: `The conversation with ${thread.peer.name} is not available any more.` });
    location.assign("/chats/");
  });

  onSettled(({ draft, ack, error }) => {
    if (draft.conversation !== thread.id) return;
    if (ack) thread.acknowledge(draft, ack);
    else thread.fail(draft, error.message);
  });
  root.querySelector("[data-composer]")?.addEventListener("submit", () => {
    const last = drafts(thread.id).at(-1);
    if (last) list.wrote(thread.id, last.body);
  });
  for (const draft of drafts(thread.id)) thread.addPending(draft, null);

  const banner = root.querySelector("[data-connection]");
  let timer = 0;
  socket.onState((state) => {
    if (state === "open") {
      clearTimeout(timer);
      timer = 0;
      banner.hidden = true;
      thread.catchUp();
      return;
    }
    // A short interruption is nobody's business. Further attempts within one interruption do not start the wait anew.
    timer ||= setTimeout(() => (banner.hidden = false), 1500);
    banner.querySelector("[data-connection-text]").textContent =
      state === "closed" ? "Too many windows, or signed out. Reload to go on." : "Connecting… what you write is kept and sent then.";
  });
}

startPresence();
if (root) startThread();
else if (listRoot) new List(listRoot, "", () => false);
