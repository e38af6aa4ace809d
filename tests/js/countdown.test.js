import "./browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const { waitWords } = await import("../../static/js/components/countdown.js");

test("waiting reads as the server writes it, down to now", () => {
  assert.equal(waitWords(30), "in 30 seconds");
  assert.equal(waitWords(1), "in 1 second");
  assert.equal(waitWords(0), "now");
  assert.equal(waitWords(-5), "now");
});
