// What hangs under a Slack message: files of every kind, and attachments such as a shared message.

import { el, outsideLink } from "./dom.js";
import { fileList, fileSign, fileWords, isPicture, isWeb } from "./files.js";
import { voicePlayer } from "./players.js";
import { drawBlocks } from "./slack_blocks.js";
import { fileSize, text } from "./texts.js";
import { dayText } from "./time.js";

export function slackFiles(view) {
  const { message } = view;
  const natives = message.native.files ?? [];
  const shown = new Map(message.files.map((file) => [file.id, file]));
  const own = natives
    .filter((native) => shown.has(native.id) && !isElsewhere(native))
    .map((native) => shown.get(native.id));
  const nativeOf = new Map(natives.map((native) => [native.id, native]));
  const others = natives.filter((native) => native.mode === "tombstone" || isElsewhere(native));
  const pictures = own.filter(isPicture);
  return [
    pictures.length > 0 &&
      el(
        "p",
        { class: "file-caption" },
        pictures.length > 1 ? text("files", { count: pictures.length }) : pictures[0].name,
      ),
    fileList(own, { draw: (file) => drawFile(file, nativeOf.get(file.id) ?? {}) }),
    others.length > 0 && el("div", { class: "files" }, others.map(elsewhere)),
  ];
}

function isElsewhere(native) {
  return ["quip", "list", "external"].includes(native.mode);
}

function drawFile(file, native) {
  if (native.subtype === "slack_audio" || file.mime.startsWith("audio/"))
    return el(
      "div",
      { class: "clip" },
      voicePlayer(file, { seconds: (native.duration_ms ?? 0) / 1000, name: native.title || file.name }),
      el("small", {}, native.title || file.name),
    );
  if (isPicture(file) || file.mime.startsWith("video/")) return undefined;
  return el(
    "a",
    {
      class: "file",
      href: isWeb(file.url) ? file.url : undefined,
      target: "_blank",
      rel: "noopener noreferrer",
      "aria-label": text("open-file", { name: file.name }),
    },
    fileSign(file),
    fileWords(native.title || file.name, [native.pretty_type, fileSize(file.size)].filter(Boolean).join(" · ")),
  );
}

/** A canvas, a list, a file of another service, or the stone of one that was deleted. */
function elsewhere(native) {
  if (native.mode === "tombstone") return el("p", { class: "tombstone" }, "🗑 ", text("file-deleted"));
  const sign = { quip: "▤", list: "☰" }[native.mode] ?? "↗";
  const inside = [
    el("span", { class: ["file-sign", `kind-${native.mode}`], "aria-hidden": "true" }, sign),
    fileWords(native.title || native.name, native.mode === "external" ? text("file-elsewhere") : native.pretty_type),
  ];
  const card = outsideLink(native.permalink ?? native.external_url ?? "", inside);
  card.className = "file";
  return card;
}

/** An attachment: a bar at its side, and for a shared message who said it, where and when. */
export function attached(view, attachment) {
  const { names } = view.pane;
  const inside = [
    attachment.pretext && el("p", {}, view.tree("mrkdwn", attachment.pretext)),
    attachment.author_name && el("p", { class: "attachment-author" }, attachment.author_name),
    attachment.title &&
      el("strong", {}, attachment.title_link ? outsideLink(attachment.title_link, attachment.title) : attachment.title),
    attachment.text && !attachment.blocks && el("p", {}, view.tree("mrkdwn", attachment.text)),
    attachment.blocks && drawBlocks(view, attachment.blocks),
    (attachment.fields ?? []).map((field) =>
      el("p", { class: "field" }, el("strong", {}, field.title ?? ""), " ", view.tree("mrkdwn", field.value ?? "")),
    ),
    (attachment.files ?? []).map((native) =>
      el(
        "p",
        { class: "file" },
        fileSign({ name: native.name, mime: native.mimetype }),
        fileWords(native.name ?? "", ""),
      ),
    ),
    attachment.is_share &&
      el("small", {}, [sharedIn(names, attachment), dayText(Number(attachment.ts))].filter(Boolean).join(" | ")),
    attachment.footer && el("small", {}, view.tree("mrkdwn", attachment.footer)),
  ];
  const box = el("div", { class: "attachment words" }, inside);
  if (/^#?[0-9a-f]{6}$/i.test(attachment.color ?? "")) box.style.borderColor = `#${attachment.color.replace("#", "")}`;
  return box;
}

function sharedIn(names, attachment) {
  const room = names.room(attachment.channel_id);
  return room ? text("posted-in", { room: `#${room.replace(/^#/, "")}` }) : "";
}
