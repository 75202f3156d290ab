// What is neither text nor file on Discord: stickers, polls, forwarded messages, invitations to play.

import { el } from "./dom.js";
import { fileList, isPicture } from "./files.js";
import { drawEmbed } from "./discord_embeds.js";
import { voicePlayer, wavesIn } from "./players.js";
import { text } from "./texts.js";
import { clockText, dayText } from "./time.js";

const VOICE = 1 << 13;
const STICKER_PICTURES = new Set([1, 2, 4]);

export function drawSpecial(view) {
  const { native } = view.message;
  return [
    (native.sticker_items ?? []).map((sticker) => drawSticker(view, sticker)),
    native.poll && poll(native.poll),
    native.application && native.activity && invitation(native.application),
  ];
}

/** What was forwarded, beside a bar and under a line that says so. */
export function forwarded(view) {
  return (view.message.native.message_snapshots ?? []).map(({ message }) =>
    el(
      "div",
      { class: "snapshot" },
      el("p", { class: "snapshot-head" }, "↱ ", text("forwarded")),
      message.content && el("div", { class: "words" }, view.tree("discord", message.content)),
      (message.embeds ?? []).map((embed) => drawEmbed(view, embed)),
      fileList((message.attachments ?? []).map(asFile), { draw: (file) => drawFile(file, file.native) }),
      (message.sticker_items ?? []).map((sticker) => drawSticker(view, sticker)),
      message.poll && poll(message.poll),
      el("small", {}, momentOf(message)),
    ),
  );
}

function momentOf(message) {
  const seconds = Date.parse(message.timestamp) / 1000;
  return Number.isFinite(seconds) ? `${dayText(seconds)}, ${clockText(seconds)}` : "";
}

function asFile(native) {
  const { id, filename: name, size, url, content_type: mime = "" } = native;
  return { id, name, size, url, mime, native };
}

export function discordFiles(view) {
  const { message } = view;
  const stickers = new Set((message.native.sticker_items ?? []).map((sticker) => sticker.id));
  const natives = new Map((message.native.attachments ?? []).map((native) => [native.id, native]));
  return fileList(
    message.files.filter((file) => !stickers.has(file.id)),
    {
      draw: (file) => drawFile(file, natives.get(file.id) ?? {}, message.native.flags),
      cover: (file) => (file.name.startsWith("SPOILER_") ? text("spoiler-cover") : undefined),
    },
  );
}

function drawFile(file, native, flags = 0) {
  if (!native.waveform && !(flags & VOICE)) return undefined;
  return voicePlayer(file, { seconds: native.duration_secs, waves: wavesIn(native.waveform) });
}

function drawSticker(view, sticker) {
  const file = view.message.files.find((one) => one.id === sticker.id);
  if (!file || !isPicture(file) || !STICKER_PICTURES.has(sticker.format_type))
    return el("p", { class: "sticker-name" }, el("span", { "aria-hidden": "true" }, "🏷 "), sticker.name);
  return el("img", { class: "sticker", src: file.url, alt: sticker.name, title: sticker.name, loading: "lazy" });
}

function poll(asked) {
  const counts = new Map((asked.results?.answer_counts ?? []).map((one) => [one.id, one.count]));
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return el(
    "div",
    { class: "poll", role: "group", "aria-label": asked.question?.text ?? "" },
    el("p", { class: "poll-question" }, asked.question?.text ?? ""),
    el("small", {}, text(asked.allow_multiselect ? "poll-several" : "poll-one")),
    el(
      "ul",
      {},
      (asked.answers ?? []).map(({ poll_media: media = {} }) =>
        el(
          "li",
          {},
          media.emoji?.name && el("span", { class: "emoji" }, media.emoji.name),
          el("span", { class: "poll-answer" }, media.text ?? ""),
          el("i", { class: asked.allow_multiselect ? "is-box" : "is-circle", "aria-hidden": "true" }),
        ),
      ),
    ),
    el("small", {}, text("votes", { count: total })),
  );
}

function invitation(application) {
  return el(
    "div",
    { class: "invitation" },
    el("span", { class: "invitation-sign", "aria-hidden": "true" }, "🎮"),
    el("span", {}, el("small", {}, text("invitation")), el("strong", {}, application.name ?? "")),
  );
}
