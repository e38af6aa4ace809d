// The page of one's data: how far the archive is, as it moves.

import { whenPresent } from "./core/page.js";
import { socket } from "./socket.js";

whenPresent("[data-export]", (place) => {
  const show = async () => {
    const answer = await fetch(place.dataset.export, { credentials: "same-origin" }).catch(() => null);
    if (answer?.status !== 200) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...page.body.childNodes);
  };
  socket.on("export:updated", ({ state, progress }) => {
    const bar = place.querySelector("progress");
    if (state !== "building" || !bar) return show();
    bar.value = progress;
    place.querySelector("[data-export-percent]").textContent = progress;
  });
  // What happened while there was no socket was missed.
  let wasOpen = true;
  socket.onState((state) => {
    if (state === "open" && !wasOpen) show();
    wasOpen = state === "open";
  });
});
