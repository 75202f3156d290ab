// What is heard and seen moving: voice messages with their waves, sounds, films, round films.

import { el } from "./dom.js";
import { text } from "./texts.js";
import { lengthText } from "./time.js";

const BARS = 36;

/** A voice message or a clip: one button, the waves, how long it is. `waves` are bars from 0 to 1. */
export function voicePlayer(
  file,
  { seconds = 0, waves = wavesOf(`${file.name} ${file.size}`), name = text("voice-message") } = {},
) {
  const { sound, button, length } = heard(file, seconds, name);
  const bars = waves.map((height) => {
    const bar = el("i", {});
    bar.style.height = `${Math.round(12 + 88 * height)}%`;
    return bar;
  });
  const played = () => {
    const share = sound.duration > 0 && Number.isFinite(sound.duration) ? sound.currentTime / sound.duration : 0;
    bars.forEach((bar, index) => bar.classList.toggle("is-played", index < share * bars.length));
  };
  sound.addEventListener("timeupdate", played);
  return el(
    "div",
    { class: "voice", role: "group", "aria-label": name },
    button,
    el("span", { class: "waves", "aria-hidden": "true" }, bars),
    length,
    sound,
  );
}

/** A song or another sound, with what it is called. */
export function soundPlayer(file, { seconds = 0, title = file.name, detail = "" } = {}) {
  const { sound, button, length } = heard(file, seconds, title);
  return el(
    "div",
    { class: "sound", role: "group", "aria-label": title },
    button,
    el(
      "span",
      { class: "sound-words" },
      el("strong", {}, title),
      el("small", {}, detail && el("span", {}, detail), length),
    ),
    sound,
  );
}

function heard(file, seconds, name) {
  const sound = el("audio", { src: file.url, preload: "none" });
  const length = el("span", { class: "length" }, seconds > 0 ? lengthText(seconds) : "");
  const button = el("button", {
    type: "button",
    class: "play",
    "aria-label": text("play", { name }),
    on: { click: () => toggle(sound) },
  });
  const draw = () => {
    button.classList.toggle("is-playing", !sound.paused);
    button.setAttribute("aria-label", text(sound.paused ? "play" : "pause", { name }));
  };
  for (const kind of ["play", "pause", "ended"]) sound.addEventListener(kind, draw);
  sound.addEventListener("timeupdate", () => (length.textContent = lengthText(sound.currentTime)));
  sound.addEventListener("ended", () => (length.textContent = lengthText(seconds || sound.duration)));
  sound.addEventListener("error", () => {
    button.disabled = true;
    button.title = text("cannot-be-played");
  });
  return { sound, button, length };
}

function toggle(medium) {
  if (medium.paused) medium.play().catch(() => undefined);
  else medium.pause();
}

/** A film in its frame; what no browser can play is a dark frame that says what it is. */
export function film(file, { seconds = 0, isRound = false, isLooping = false, poster = "" } = {}) {
  const video = el("video", {
    src: file.url,
    poster,
    controls: !isRound && !isLooping,
    loop: isLooping || isRound,
    playsinline: true,
    preload: "metadata",
    "aria-label": file.name,
    tabindex: 0,
  });
  video.muted = isLooping;
  const frame = el(
    "div",
    { class: ["film", isRound && "is-round", isLooping && "is-looping"] },
    video,
    isLooping && el("span", { class: "film-badge" }, "GIF"),
    !isLooping && seconds > 0 && el("span", { class: "film-badge" }, lengthText(seconds)),
  );
  if (isRound || isLooping) {
    video.addEventListener("click", () => toggle(video));
    video.addEventListener("keydown", (event) => event.key === "Enter" && toggle(video));
  }
  video.addEventListener("error", () => frame.replaceChild(still(file, isRound), video), { once: true });
  return frame;
}

function still(file, isRound) {
  return el(
    "a",
    { class: "film-still", href: file.url, target: "_blank", rel: "noopener noreferrer", title: file.name },
    el("span", { class: "play", "aria-hidden": "true" }),
    el("span", { class: "film-name" }, isRound ? text("video-message") : file.name),
  );
}

/** Discord's waveform: one byte for each bar, in base64; anything else gives none. */
export function wavesIn(base64) {
  try {
    const bytes = [...atob(base64 ?? "")].map((character) => character.charCodeAt(0) / 255);
    return bytes.length ? resampled(bytes) : undefined;
  } catch {
    return undefined;
  }
}

function resampled(bytes) {
  return Array.from({ length: BARS }, (_, index) => bytes[Math.floor((index * bytes.length) / BARS)]);
}

/** Waves where the platform tells none: always the same for the same name and size. */
function wavesOf(name) {
  let state = [...name].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) >>> 0, 7);
  return Array.from({ length: BARS }, (_, index) => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    const envelope = 0.45 + 0.4 * Math.sin((index / BARS) * Math.PI * 3.2);
    return Math.min(1, Math.max(0.05, envelope * (0.35 + (state / 2 ** 32) * 0.9)));
  });
}
