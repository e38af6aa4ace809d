// What of a chosen picture is shown: the picture lies in a frame, is moved by dragging or the arrow keys and enlarged by a slider. The form gets
// four parts of a whole, "left top width height"; the server crops. Without this module it takes the middle.

import { toast } from "./components/toasts.js";
import { el } from "./core/dom.js";

const SHAPES = { avatar: 1, cover: 3 }; // width by height
const STEP = 0.02; // of the frame, for a press of an arrow key
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

for (const field of document.querySelectorAll("[data-picture-field]")) {
  const input = field.querySelector("input[type=file]");
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (file && !input.accept.split(",").includes(file.type)) {
      input.value = "";
      toast({ tone: "error", text: "Pictures are JPEG, PNG, WebP or GIF." });
    } else if (file) start(field, file);
  });
}

function start(field, file) {
  const output = field.querySelector("input[type=hidden]");
  const shape = SHAPES[field.dataset.shape];
  const image = el("img", { src: URL.createObjectURL(file), alt: "", draggable: "false" });
  const frame = el("div", { class: `crop crop-${field.dataset.shape}`, tabindex: "0", role: "group", "aria-label": "Move the picture with the arrow keys" }, image);
  const zoom = el("input", { type: "range", min: "1", max: "4", step: "0.05", value: "1", "aria-label": "Enlarge the picture" });
  field.querySelector("[data-shown]").replaceChildren(frame, zoom, el("p", { class: "field-help" }, "Drag it to where it should be."));
  output.value = "";

  // The middle of what is shown, in parts of the picture, and how much it is enlarged past just filling the frame.
  let x = 0.5;
  let y = 0.5;

  const part = () => {
    const wide = image.naturalWidth / image.naturalHeight > shape;
    const width = (wide ? (image.naturalHeight * shape) / image.naturalWidth : 1) / zoom.value;
    const height = (wide ? 1 : image.naturalWidth / shape / image.naturalHeight) / zoom.value;
    return { width, height };
  };

  const draw = () => {
    const { width, height } = part();
    x = Math.min(Math.max(x, width / 2), 1 - width / 2);
    y = Math.min(Math.max(y, height / 2), 1 - height / 2);
    const left = x - width / 2;
    const top = y - height / 2;
    image.style.inlineSize = `${100 / width}%`;
    image.style.translate = `${-left * 100}% ${-top * 100}%`;
    output.value = [left, top, width, height].map((value) => Math.max(0, value).toFixed(6)).join(" ");
  };

  /** Move the picture by parts of the frame. */
  const move = (across, down) => {
    const { width, height } = part();
    x -= across * width;
    y -= down * height;
    draw();
  };

  image.addEventListener("load", draw, { once: true });
  image.addEventListener("error", () => toast({ tone: "error", text: "This is not a picture we can show." }), { once: true });
  zoom.addEventListener("input", draw);
  frame.addEventListener("keydown", (event) => {
    if (!MOVES[event.key]) return;
    event.preventDefault();
    move(MOVES[event.key][0] * STEP, MOVES[event.key][1] * STEP);
  });
  frame.addEventListener("pointerdown", (event) => {
    frame.setPointerCapture(event.pointerId);
    frame.dataset.moving = "";
  });
  frame.addEventListener("pointermove", (event) => {
    if (frame.dataset.moving !== undefined) move(event.movementX / frame.clientWidth, event.movementY / frame.clientHeight);
  });
  for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, () => delete frame.dataset.moving);
}
