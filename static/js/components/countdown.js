// Seconds that pass: [data-countdown="25"] counts down and then says "now". The server renders the first words, so nothing jumps.

import { whenPresent } from "../core/page.js";

const words = (seconds) => (seconds > 0 ? `${seconds} second${seconds === 1 ? "" : "s"}` : "a moment: now");

function start(element) {
  const until = Date.now() + Number(element.dataset.countdown) * 1000;
  const timer = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    element.textContent = words(left);
    if (left <= 0) clearInterval(timer);
  }, 1000);
}

export function startCountdowns() {
  whenPresent("[data-countdown]", start);
}
