// What can be done with one message: the shared menu, and the buttons of one that could not be sent.

import { toast } from "../components/toasts.js";
import { discard, retry } from "../outbox.js";
import { socket } from "../socket.js";
import { setTicks, textOf } from "./messages.js";

export function startActions(root, thread, composer) {
  const menu = document.getElementById("message-menu");
  const dialog = document.getElementById("delete-message");
  let target = null;

  root.addEventListener("click", (event) => {
    const tools = event.target.closest("[data-message-tools]");
    if (tools) {
      target = tools.closest(".message");
      const mine = target.hasAttribute("data-mine");
      for (const item of menu.querySelectorAll("[data-mine-only]")) item.hidden = !mine;
      for (const item of menu.querySelectorAll("[data-sent-only]")) item.hidden ||= !target.dataset.id;
    }
    const quote = event.target.closest("[data-quote]");
    if (quote) {
      event.preventDefault();
      jumpTo(thread, quote);
    }
    const failed = event.target.closest("[data-retry], [data-discard]");
    if (failed) settleFailed(failed, thread);
  });

  menu.addEventListener("click", async (event) => {
    const action = event.target.closest("[data-action]")?.dataset.action;
    if (action === "reply") composer.reply(target);
    else if (action === "edit") composer.edit(target);
    else if (action === "copy") await navigator.clipboard.writeText(textOf(target)).then(() => toast({ text: "Copied." }));
    else if (action === "delete") {
      dialog.querySelector("[data-for-everyone]").hidden = !target.hasAttribute("data-mine");
      dialog.showModal();
    }
  });

  dialog.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-delete]");
    if (!button) return;
    dialog.close();
    try {
      const for_everyone = button.dataset.delete === "everyone";
      await socket.request("message:delete", { id: target.dataset.id, scope: button.dataset.delete });
      thread.remove({ id: target.dataset.id, for_everyone });
    } catch (error) {
      toast({ tone: "error", text: error.code === "disconnected" ? "No connection, so nothing was deleted. Try again." : error.message });
    }
    composer.focus(); // the button the dialog would return to went with the message
  });
}

function settleFailed(button, thread) {
  const item = button.closest(".message");
  const tempId = item.dataset.tempId;
  if ("retry" in button.dataset) {
    item.querySelector(".message-failed").remove();
    delete item.dataset.state;
    setTicks(item, "sending");
    retry(tempId);
  } else {
    discard(tempId);
    item.remove();
  }
  thread.scroll.toEnd();
}

function jumpTo(thread, quote) {
  const item = thread.find(quote.dataset.quote);
  if (!item) {
    location.assign(quote.getAttribute("href"));
    return;
  }
  item.scrollIntoView({ block: "center", behavior: "smooth" });
  item.dataset.flash = "";
  setTimeout(() => delete item.dataset.flash, 1500);
}
