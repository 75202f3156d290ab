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
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
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

/** A moment as Discord's styles t, T, d, D, f, F, s, S and R show it. */
export function momentText(seconds, style) {
  const shape = DISCORD_STYLES[style] ?? DISCORD_STYLES.f;
  if (style !== "R") return new Intl.DateTimeFormat(LANGUAGE, shape).format(seconds * 1000);
  const away = seconds - nowSeconds();
  const [unit, size] = SPANS.find(([, span]) => Math.abs(away) >= span) ?? ["second", 1];
  return RELATIVE.format(Math.round(away / size), unit);
}

const SLACK_PARTS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_slash: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_long_full: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

/** A moment as Slack's shapes such as "{date_short_pretty} at {time}" show it; what is in no braces stays. */
export function shapedText(seconds, shape) {
  return shape.replace(/\{(\w+)\}/g, (whole, name) => {
    if (name === "ago") return momentText(seconds, "R");
    const isPretty = name.endsWith("_pretty");
    const day = isPretty ? dayText(seconds) : "";
    if (isPretty && [text("today"), text("yesterday")].includes(day)) return day;
    const part = SLACK_PARTS[name.replace(/_pretty$/, "").replace("day_divider", "date_long")];
    return part ? new Intl.DateTimeFormat(LANGUAGE, part).format(seconds * 1000) : whole;
  });
}

/** How long something lasts, such as 0:07 or 1:02:03. */
export function lengthText(seconds) {
  const whole = Math.max(0, Math.round(Number.isFinite(seconds) ? seconds : 0));
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)];
  const parts = hours ? [hours, String(minutes).padStart(2, "0")] : [minutes];
  return [...parts, String(whole % 60).padStart(2, "0")].join(":");
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
