// A file's way to the store: asked for, sent straight there, confirmed, and waited for until it can be shown.

import { get, post } from "../core/api.js";

const FAILURES = {
  unsupported_type: "This file is not a picture we can show: JPEG, PNG, WebP and GIF work.",
  too_many_pixels: "This picture has too many pixels. Make it smaller and try again.",
  damaged: "This file is damaged: it cannot be read to its end.",
};
const PATIENCE = 90_000;

/** Ask for a place for `file`. Refusals (too large, no picture) come with words to show. */
export async function prepare(file, kind) {
  const { data } = await post("uploads", { kind, filename: file.name, content_type: file.type, size: file.size });
  return { file, id: data.id, ...data.upload };
}

/** Send a prepared file, and resolve with the upload once it is ready. `onProgress` hears of 0 to 1. */
export async function send(prepared, { onProgress = () => {}, signal } = {}) {
  await put(prepared, onProgress, signal);
  await post(`uploads/${prepared.id}/complete`);
  return ready(prepared.id, signal);
}

/** Wait until the upload can be shown. Resolves with it. */
export async function ready(id, signal) {
  let { data: upload } = await get(`uploads/${id}`);
  const giveUp = Date.now() + PATIENCE;
  for (let wait = 300; upload.state === "processing"; wait = Math.min(wait * 1.5, 2000)) {
    if (Date.now() > giveUp) throw new Error("This takes longer than it should. Try again.");
    await new Promise((resolve) => setTimeout(resolve, wait));
    signal?.throwIfAborted();
    ({ data: upload } = await get(`uploads/${id}`));
  }
  if (upload.state !== "ready") throw new Error(FAILURES[upload.failure] ?? "This picture could not be made ready. Try again.");
  return upload;
}

// fetch cannot say how far a body is; XMLHttpRequest can.
function put({ file, url, method, headers }, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) if (name.toLowerCase() !== "content-length") request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => (request.status < 300 ? resolve() : reject(new Error("The file did not arrive. Try again."))));
    request.addEventListener("error", () => reject(new Error("No connection. Check your network and try again.")));
    signal?.addEventListener("abort", () => {
      request.abort();
      reject(signal.reason);
    });
    request.send(file);
  });
}
