// On every signed-in page: one socket, and what it brings that no page owns (badges, notifications, messages that wait to be sent).

import { toast } from "./components/toasts.js";
import { get } from "./core/api.js";
import { viewer } from "./core/page.js";
import { avatar } from "./core/people.js";
import { onSettled, startOutbox } from "./outbox.js";
import { socket } from "./socket.js";

const title = document.title;

/** Show `count` on every badge of `name`, and the sum in the title. */
export function setBadge(name, count) {
  for (const badge of document.querySelectorAll(`[data-badge="${name}"]`)) {
    badge.hidden = !count;
    badge.querySelector("[data-badge-figure]").textContent = count > 99 ? "99+" : count;
    badge.querySelector("[data-badge-words]").textContent = count;
    badge.dataset.count = count;
  }
  const sum = [...document.querySelectorAll(".bottom-bar [data-badge]")].reduce((total, badge) => total + Number(badge.dataset.count ?? 0), 0);
  document.title = sum ? `(${sum > 99 ? "99+" : sum}) ${title}` : title;
}

let asking = 0;

/** Ask for the number of unread conversations, soon: many messages at once make one question. */
export function refreshUnread() {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    try {
      setBadge("chats", Object.keys((await get("messages/unread")).data.conversations).length);
    } catch {
      // The badge stays as it was; the next message asks again.
    }
  }, 300);
}

function announceNotification(notification) {
  if (notification.kind === "message") return; // the chats badge says so already
  toast({
    text: notification.text,
    href: notification.url,
    lead: notification.actor ? avatar(notification.actor, "sm") : null,
  });
}

const arrived = new Map(); // conversation → newest seq of others
let telling = 0;

/** Messages that reached this device were delivered, whatever page it shows: said in batches. */
function noteDelivered({ conversation, seq, sender }) {
  if (sender === viewer.id) return;
  arrived.set(conversation, Math.max(seq, arrived.get(conversation) ?? 0));
  clearTimeout(telling);
  telling = setTimeout(() => {
    for (const [id, newest] of arrived) socket.tell("message:delivered", { conversation: id, seq: newest });
    arrived.clear();
  }, 200);
}

/** A message refused while its conversation is not on the page would otherwise be refused in silence. */
function announceRefusal({ draft, error }) {
  if (!error || document.querySelector(`[data-conversation="${CSS.escape(draft.conversation)}"]`)) return;
  toast({ tone: "error", text: `Not sent: ${error.message}`, href: `/chats/${draft.conversation}/` });
}

export function startLive() {
  for (const badge of document.querySelectorAll("[data-badge]")) badge.dataset.count = badge.querySelector("[data-badge-words]").textContent;
  startOutbox();
  onSettled(announceRefusal);
  socket.on("notification:new", announceNotification);
  socket.on("notification:count", ({ unread }) => setBadge("notifications", unread));
  for (const type of ["friend:request", "friend:request_closed"]) socket.on(type, ({ waiting }) => setBadge("friends", waiting));
  socket.on("message:new", noteDelivered);
  socket.on("message:new", refreshUnread);
  socket.on("conversation:updated", refreshUnread);
  // Whoever signs out in this window, or deletes the account, is led away by the answer to that form.
  let leaving = false;
  const leads = ["/sign-out/", "/settings/data/delete/"];
  document.addEventListener("submit", (event) => (leaving ||= leads.includes(event.target.getAttribute("action"))));
  socket.on("session:revoked", () => leaving || location.assign(`/sign-in/?${new URLSearchParams({ ended: 1, next: location.pathname + location.search })}`));
  socket.onState((state) => {
    document.documentElement.dataset.socket = state;
    if (state === "closed" && socket.closeCode === 4401) toast({ tone: "warning", text: "You are signed out here. Sign in again.", href: "/sign-in/" });
  });
  socket.start();
}
