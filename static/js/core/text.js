// People's plain text as DOM: the same rule as core/web/text.py. Text nodes and links, never HTML.

import { el } from "./dom.js";

const ADDRESS = /\bhttps?:\/\/[^\s<>"']+/gi;
const TRAILING = /[.,;:!?)\]}'"»]+$/;

/** Nodes for `text`, its web addresses as links. */
export function linkify(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    let url = match[0].replace(TRAILING, "");
    // A closing bracket belongs to the address when it was opened inside it.
    if (match[0][url.length] === ")" && url.includes("(") && !url.includes(")")) url += ")";
    if (!URL.canParse(url)) continue;
    nodes.push(text.slice(end, match.index), el("a", { href: url, rel: "nofollow noopener noreferrer ugc", target: "_blank", text: url }));
    end = match.index + url.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}
