// Times as people read them, on the sandbox's clock.

import { LANGUAGE, text } from "./texts.js";

const CLOCK = new Intl.DateTimeFormat(LANGUAGE, { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(LANGUAGE, { weekday: "long", month: "long", day: "numeric" });
const MOMENT = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
const RELATIVE = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const DISCORD_STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};
const SPANS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

let offsetSeconds = 0;

export function setOffset(seconds) {
  offsetSeconds = seconds;
}

export function nowSeconds() {
  return Date.now() / 1000 + offsetSeconds;
}

export function clockText(seconds) {
  return CLOCK.format(seconds * 1000);
}

export function fullText(seconds) {
  return MOMENT.format(seconds * 1000);
}

export function dayText(seconds) {
  const days = Math.round((startOfDay(nowSeconds()) - startOfDay(seconds)) / 86_400);
  if (days === 0) return text("today");
  if (days === 1) return text("yesterday");
  return DAY.format(seconds * 1000);
}

export function isSameDay(one, other) {
  return startOfDay(one) === startOfDay(other);
}

/** A moment as Discord's styles t, T, d, D, f, F and R show it. */
export function momentText(seconds, style) {
  if (style !== "R") return new Intl.DateTimeFormat(LANGUAGE, DISCORD_STYLES[style]).format(seconds * 1000);
  const away = seconds - nowSeconds();
  const [unit, size] = SPANS.find(([, span]) => Math.abs(away) >= span) ?? ["second", 1];
  return RELATIVE.format(Math.round(away / size), unit);
}

/** How far the clock is ahead, such as "+1 day 2 h"; empty when it is not. */
export function aheadText() {
  const days = Math.floor(offsetSeconds / 86_400);
  const hours = Math.floor((offsetSeconds % 86_400) / 3_600);
  const minutes = Math.floor((offsetSeconds % 3_600) / 60);
  const parts = [];
  if (days) parts.push(text("ahead-days", { count: days }));
  if (hours) parts.push(text("ahead-hours", { count: hours }));
  if (minutes) parts.push(text("ahead-minutes", { count: minutes }));
  return parts.length ? `+${parts.join(" ")}` : "";
}

function startOfDay(seconds) {
  return new Date(seconds * 1000).setHours(0, 0, 0, 0) / 1000;
}
