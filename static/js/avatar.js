// The chosen picture as it will be shown: its middle square, in place of the one before. What is no picture, or too heavy, is said at once.

import { toast } from "./components/toasts.js";
import { el } from "./core/dom.js";

const field = document.querySelector("[data-avatar-field]");
const input = field.querySelector("input[type=file]");
const shown = field.querySelector(".avatar");

input.addEventListener("change", () => {
  const [file] = input.files;
  if (!file) return;
  if (!input.accept.split(",").includes(file.type)) {
    input.value = "";
    toast({ tone: "error", text: "Pictures are JPEG, PNG, WebP or GIF." });
    return;
  }
  const image = shown.querySelector("img") ?? shown.appendChild(el("img", { alt: "" }));
  image.src = URL.createObjectURL(file);
});
