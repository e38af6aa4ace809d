// Pictures in the composer: sent to the store as soon as they are chosen, with a preview, how far they are, and words for each.
// The form then names them by `upload` and `upload_alt`. Without this module the form sends the files themselves.

import { toast } from "../components/toasts.js";
import { el } from "../core/dom.js";
import { prepare, ready, send } from "./uploads.js";

const MOST = 10;
const TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif"];

export function startPictures(form) {
  const list = form.querySelector("[data-pictures]");
  const button = form.querySelector("[data-pick]");
  const input = el("input", { type: "file", accept: TYPES.join(","), multiple: true, hidden: true, "aria-label": "Pictures" });
  form.querySelector("[data-plain]")?.remove();
  form.append(input);
  list.querySelectorAll(".composer-picture").forEach(adopt);

  const add = (files) => {
    for (const file of files) {
      if (list.children.length >= MOST) {
        toast({ tone: "warning", text: `A post has ${MOST} pictures at most.` });
        return;
      }
      if (!TYPES.includes(file.type)) toast({ tone: "error", text: `${file.name} cannot be shown: pictures are JPEG, PNG, WebP or GIF.` });
      else list.append(picture(file, list));
    }
  };
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });
  form.addEventListener("paste", (event) => event.clipboardData?.files.length && add(event.clipboardData.files));
  form.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  // Before htmx and the shell hear of it: a post goes out with all its pictures or not yet.
  form.addEventListener(
    "submit",
    (event) => {
      if (!list.querySelector("[data-state=sending], [data-state=processing], [data-state=failed]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const failed = list.querySelector("[data-state=failed]");
      toast({ tone: "warning", text: failed ? "Remove the picture that failed, or try it again." : "The pictures are still on their way." });
    },
    { capture: true },
  );
}

/** A picture the server drew: it came with a form that was refused, or was sent before scripts ran. */
async function adopt(row) {
  row.querySelector("[name=remove]").addEventListener("click", (event) => {
    event.preventDefault();
    row.closest("form").querySelector("textarea")?.focus();
    row.remove();
  });
  if (row.dataset.state !== "processing") return;
  const note = row.querySelector(".field-help");
  try {
    const upload = await ready(row.dataset.upload);
    row.querySelector(".composer-picture-wait").replaceWith(el("img", { src: upload.variants[320], alt: "" }));
    row.dataset.state = "ready";
    note.remove();
  } catch (error) {
    row.dataset.state = "failed";
    note.textContent = error.message;
  }
}

/** One chosen file: its preview, its progress, its words, and the way to take it out. */
function picture(file, list) {
  const preview = el("img", { src: URL.createObjectURL(file), alt: "" });
  const progress = el("progress", { max: "1", value: "0", "aria-label": `Sending ${file.name}` });
  const problem = el("p", { class: "field-error", role: "alert", hidden: true });
  const key = el("input", { type: "hidden", name: "upload" });
  const words = el("textarea", { name: "upload_alt", rows: "1", maxlength: "1000", placeholder: "Describe it for people who do not see it", "aria-label": `Describe ${file.name}` });
  const retry = el("button", { type: "button", class: "button button-secondary button-sm", text: "Try again", hidden: true });
  const away = el("button", { type: "button", class: "button button-ghost button-sm", text: "Remove", "aria-label": `Remove ${file.name}` });
  const row = el("li", { class: "composer-picture", dataset: { state: "sending" } }, preview, el("div", { class: "composer-picture-main" }, words, progress, problem, el("div", { class: "composer-picture-actions" }, retry, away)), key);
  const leaving = new AbortController();

  const go = async () => {
    row.dataset.state = "sending";
    progress.hidden = false;
    problem.hidden = retry.hidden = true;
    try {
      const upload = await send(await prepare(file, "image"), { onProgress: (share) => (progress.value = share), signal: leaving.signal });
      key.value = upload.id;
      row.dataset.state = "ready";
    } catch (error) {
      if (leaving.signal.aborted) return;
      row.dataset.state = "failed";
      problem.textContent = error.message;
      problem.hidden = retry.hidden = false;
    }
    progress.hidden = true;
  };
  retry.addEventListener("click", go);
  away.addEventListener("click", () => {
    leaving.abort();
    URL.revokeObjectURL(preview.src);
    row.remove();
    list.closest("form").querySelector("textarea")?.focus();
  });
  go();
  return row;
}
