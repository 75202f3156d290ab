// Files as Telegram shows them: albums edge to edge, round films, voices, stickers without a bubble.

import { el } from "./dom.js";
import { album, covered, fileSign, fileView, fileWords, isFilm, isPicture, isWeb } from "./files.js";
import { film, soundPlayer, voicePlayer } from "./players.js";
import { fileSize, text } from "./texts.js";

const MOVING_STICKER = /tgsticker|json|octet-stream/;

/** Messages that came as one album are one; everything else stays as it is. */
export function withAlbums(messages) {
  const shown = [];
  for (const message of messages) {
    const before = shown.at(-1);
    const group = message.native.media_group_id;
    if (group && before?.native.media_group_id === group && before.author.id === message.author.id) {
      before.parts.push(message);
      before.is_edited ||= message.is_edited;
    } else {
      shown.push(group ? { ...message, parts: [message] } : message);
    }
  }
  return shown;
}

/** Each file of a message with the message it came in. */
function partsOf(message) {
  return (message.parts ?? [message]).flatMap((part) =>
    part.files.map((file) => ({ file, native: part.native, part })),
  );
}

export function isSticker(native) {
  return "sticker" in native;
}

export function isRound(native) {
  return "video_note" in native;
}

/** Whether pictures or films fill the bubble to its edges. */
export function fillsBubble(message) {
  const parts = partsOf(message);
  return parts.length > 0 && parts.every(({ file, native }) => isSeen(file, native));
}

function isSeen(file, native) {
  if (native.document && !native.animation) return false;
  return !isRound(native) && !isSticker(native) && (isPicture(file) || isFilm(file));
}

/** The caption under an album stands for all of it when it is the only one; several stay with their pictures. */
export function captionsOf(message) {
  return (message.parts ?? [message]).filter((part) => part.native.caption).map((part) => part.native.caption);
}

export function telegramFiles(view) {
  const parts = partsOf(view.message);
  if (!parts.length) return null;
  const own = captionsOf(view.message).length > 1;
  const seen = parts.filter(({ file, native }) => isSeen(file, native));
  const others = parts.filter((part) => !seen.includes(part));
  return [
    seen.length > 0 && album(seen.map((part) => withCaption(view, part, seenFile(part), own))),
    others.map((part) => withCaption(view, part, otherFile(part), own)),
  ];
}

function withCaption(view, { part }, shown, hasOwn) {
  if (!hasOwn || !part.native.caption) return shown;
  return el("figure", {}, shown, el("figcaption", {}, view.treeOf(part, "telegram", part.native.caption)));
}

function seenFile({ file, native }) {
  const lid = native.has_media_spoiler ? text("spoiler-cover") : "";
  if (isPicture(file)) return covered(native.animation ? moving(fileView(file)) : fileView(file), lid);
  const { duration: seconds } = native.animation ?? native.video ?? {};
  return covered(film(file, { seconds, isLooping: Boolean(native.animation) }), lid);
}

function moving(picture) {
  return el("div", { class: "film is-looping" }, picture, el("span", { class: "film-badge" }, "GIF"));
}

function otherFile({ file, native }) {
  if (native.voice) return voicePlayer(file, { seconds: native.voice.duration });
  if (native.video_note) return film(file, { seconds: native.video_note.duration, isRound: true });
  if (native.sticker) return sticker(file, native.sticker);
  if (native.audio) {
    const { duration: seconds, title, performer } = native.audio;
    return soundPlayer(file, { seconds, title: title || file.name, detail: performer ?? "" });
  }
  return documentCard(file);
}

function sticker(file, { emoji = "" }) {
  if (file.mime.startsWith("video/")) return film(file, { isLooping: true });
  const still = () =>
    el("span", { class: "sticker is-still emoji", role: "img", "aria-label": text("sticker") }, emoji || "🏷");
  if (MOVING_STICKER.test(file.mime) || !isWeb(file.url)) return still();
  const image = el("img", { class: "sticker", src: file.url, alt: emoji || text("sticker"), loading: "lazy" });
  image.addEventListener("error", () => image.replaceWith(still()), { once: true });
  return image;
}

function documentCard(file) {
  const inside = isPicture(file)
    ? el("img", { class: "file-thumb", src: file.url, alt: "", loading: "lazy" })
    : fileSign(file);
  return el(
    "a",
    {
      class: "file",
      href: isWeb(file.url) ? file.url : undefined,
      target: "_blank",
      rel: "noopener noreferrer",
      "aria-label": text("open-file", { name: file.name }),
    },
    inside,
    fileWords(file.name, fileSize(file.size)),
  );
}
