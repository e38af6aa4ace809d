// Avatars for live content: the same letters and hues as core/web/templatetags/web.py.

import { el } from "./dom.js";

const HUES = 12;
let table;

/** CRC-32 (ISO-HDLC) of the UTF-8 bytes of `text`, as zlib counts it. */
function crc32(text) {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    for (let bit = 0; bit < 8; bit += 1) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
    return byte;
  });
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}

export function initials(name) {
  const words = name.split(/[\s_.]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  if (!words.length) return "?";
  const letters = words.length > 1 ? [...words[0]][0] + [...words.at(-1)][0] : [...words[0]][0];
  return letters.toUpperCase();
}

/** Show a person as they are now in `place`, which has their avatar and their name; the page has the mark of those who are verified. */
export function showPerson(place, person) {
  const before = place.querySelector(".avatar");
  const size = [...before.classList].find((name) => /^avatar-(?!hue)/.test(name))?.slice("avatar-".length);
  const dot = before.querySelector(".presence-dot");
  const now = avatar(person, size);
  if (dot) now.append(dot);
  before.replaceWith(now);
  const name = place.querySelector(".person-name");
  name.textContent = person.name;
  const mark = place.querySelector(".verified");
  if (!person.is_verified) mark?.remove();
  else if (!mark) name.after(document.querySelector("[data-verified-mould]").content.cloneNode(true));
}

/** The avatar of a person as the API describes one. */
export function avatar(person, size = "md") {
  return el(
    "span",
    { class: `avatar avatar-${size} avatar-hue-${crc32(person.username) % HUES}` },
    el("span", { class: "avatar-initials", "aria-hidden": "true", text: initials(person.name || person.username) }),
    person.avatar_url && el("img", { src: person.avatar_url, alt: "", decoding: "async" }),
  );
}
