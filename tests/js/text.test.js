import "./browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const { linkify } = await import("../../static/js/core/text.js");

/** Links in angle brackets, the rest as it is. */
const shown = (text) => linkify(text).map((node) => (typeof node === "string" ? node : `<${node.attributes.href}>`)).join("");

for (const [said, text, wanted] of [
  ["plain words stay words", "see you at 10:30, ok? <b>no</b>", "see you at 10:30, ok? <b>no</b>"],
  ["an address becomes a link", "look: https://example.org/a?b=1#c here", "look: <https://example.org/a?b=1#c> here"],
  ["the full stop after an address is not part of it", "It is https://example.org/a.", "It is <https://example.org/a>."],
  ["brackets around an address are not part of it", "(https://example.org/a)", "(<https://example.org/a>)"],
  ["a bracket opened inside an address belongs to it", "https://example.org/A_(b)", "<https://example.org/A_(b)>"],
  ["several addresses each become a link", "http://a.example, http://b.example", "<http://a.example>, <http://b.example>"],
  ["other schemes stay words", "javascript:alert(1) data:text/html,x", "javascript:alert(1) data:text/html,x"],
  ["what is no address at all stays words", "https://[ is nothing", "https://[ is nothing"],
]) test(said, () => assert.equal(shown(text), wanted));

test("a link says nothing to the page it opens", () => {
  const [, link] = linkify("https://example.org");
  assert.match(link.attributes.rel, /noopener/);
  assert.match(link.attributes.rel, /noreferrer/);
});
