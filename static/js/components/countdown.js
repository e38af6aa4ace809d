// Seconds that pass: [data-countdown="25"] says "in 25 seconds" and counts down to "now". The server renders the first words, so nothing jumps.

import { whenPresent } from "../core/page.js";

export function waitWords(seconds) {
  if (seconds <= 0) return "now";
  return `in ${seconds} second${seconds === 1 ? "" : "s"}`;
}

function start(element) {
  const until = Date.now() + Number(element.dataset.countdown) * 1000;
  const timer = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    element.textContent = waitWords(left);
    if (left <= 0) clearInterval(timer);
  }, 1000);
}

export function startCountdowns() {
  whenPresent("[data-countdown]", start);
}
