import "./browser.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const { dayName, seenTime, shortTime } = await import("../../static/js/components/times.js");

const NOW = new Date(2026, 10, 21, 12, 0).getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test("short times grow coarser with age", () => {
  assert.equal(shortTime(NOW - 59_000, NOW), "now");
  assert.equal(shortTime(NOW - 5 * MINUTE, NOW), "5m");
  assert.equal(shortTime(NOW - 23 * HOUR, NOW), "23h");
  assert.equal(shortTime(NOW - 25 * HOUR, NOW), "Fri");
  assert.equal(shortTime(new Date(2026, 2, 4).getTime(), NOW), "4 Mar");
  assert.equal(shortTime(new Date(2024, 2, 4).getTime(), NOW), "4 Mar 2024");
});

test("last seen reads as a sentence", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: NOW });
  assert.equal(seenTime(NOW - 1000), "just now");
  assert.equal(seenTime(NOW - 5 * MINUTE), "5m ago");
});

test("days near by have names", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: NOW });
  assert.equal(dayName(NOW - 2 * HOUR), "Today");
  assert.equal(dayName(NOW - 14 * HOUR), "Yesterday");
  assert.equal(dayName(new Date(2026, 10, 18).getTime()), "18 November 2026");
});
