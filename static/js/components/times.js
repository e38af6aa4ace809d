// Times as the reader's clock and calendar say them, kept current. The server renders the same words, so nothing jumps.

import { whenPresent } from "../core/page.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const { lang } = document.documentElement;
const language = lang === "en" ? "en-GB" : lang || undefined; // day before month, as the server writes dates
const weekday = new Intl.DateTimeFormat(language, { weekday: "short" });
const shortDate = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const longDate = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });
const wholeDate = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** now, 5m, 3h, Tue, 4 Mar, 4 Mar 2024. */
export function shortTime(at, now = Date.now()) {
  const ago = now - at;
  if (ago < MINUTE) return "now";
  if (ago < HOUR) return `${Math.floor(ago / MINUTE)}m`;
  if (ago < DAY) return `${Math.floor(ago / HOUR)}h`;
  if (ago < 6 * DAY) return weekday.format(at);
  return (new Date(at).getFullYear() === new Date(now).getFullYear() ? shortDate : longDate).format(at);
}

export function seenTime(at) {
  const short = shortTime(at);
  if (short === "now") return "just now";
  return /^\d+[mh]$/.test(short) ? `${short} ago` : short;
}

export const clockTime = (at) => clock.format(at);

/** Today, Yesterday, or the date. */
export function dayName(at) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (at >= midnight) return "Today";
  if (at >= midnight - DAY) return "Yesterday";
  return wholeDate.format(at);
}

const FORMATS = { short: shortTime, seen: seenTime, clock: clockTime, day: dayName };

function show(element) {
  const at = Date.parse(element.dateTime);
  if (Number.isNaN(at)) return;
  const words = (FORMATS[element.dataset.time] ?? shortTime)(at);
  if (element.textContent !== words) element.textContent = words;
}

export function startTimes() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`timezone=${zone}`)) document.cookie = `timezone=${zone}; path=/; max-age=31536000; samesite=lax`;
  whenPresent("time[data-time]", show);
  setInterval(() => document.querySelectorAll("time[data-time]").forEach(show), MINUTE / 2);
}
