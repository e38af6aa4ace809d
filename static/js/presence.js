// Who is there: every [data-presence-of] dot of the page, and whoever else wants to know.

import { el } from "./core/dom.js";
import { socket } from "./socket.js";

const WORDS = { online: "Online", away: "Away", busy: "Busy" };
const known = new Map(); // person → {state, last_seen_at}
const listeners = new Set();
let asked = "";

export const presenceOf = (person) => known.get(person);
export const onPresence = (handler) => listeners.add(handler);

function learn({ user, state, last_seen_at }) {
  known.set(user, { state, last_seen_at });
  for (const dot of document.querySelectorAll(`[data-presence-of="${CSS.escape(user)}"]`)) {
    dot.dataset.state = state ?? "";
    dot.title = WORDS[state] ?? "";
    const words = dot.querySelector(".sr-only") ?? dot.appendChild(el("span", { class: "sr-only" }));
    words.textContent = WORDS[state] ?? "";
  }
  listeners.forEach((handler) => handler(user));
}

/** Follow the presence of everybody shown on the page; called again when the page shows others. */
export async function watchPresence() {
  const people = [...new Set([...document.querySelectorAll("[data-presence-of]")].map((dot) => dot.dataset.presenceOf).filter(Boolean))].slice(0, 200);
  if (!people.length || socket.state !== "open" || asked === people.join()) return;
  asked = people.join();
  try {
    (await socket.request("presence:subscribe", { users: people })).presence.forEach(learn);
  } catch (error) {
    asked = "";
    console.warn("presence:", error.code);
  }
}

export function startPresence() {
  socket.on("presence:update", learn);
  socket.onState((state) => {
    if (state === "open") watchPresence();
    else asked = "";
  });
}
