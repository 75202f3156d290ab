// Attached files: pictures in a grid, sounds and films with a player, everything else as a card.

import { el } from "./dom.js";
import { film, soundPlayer } from "./players.js";
import { fileSize, text } from "./texts.js";

const PICTURE = /^image\/(png|jpeg|gif|webp|avif|svg\+xml|apng)$/;
const KINDS = [
  [/pdf/, "pdf", "PDF"],
  [/zip|tar|gzip|compressed|7z|rar/, "archive", "ZIP"],
  [/sheet|excel|csv/, "sheet", "XLS"],
  [/presentation|powerpoint/, "slides", "PPT"],
  [/word|document|rtf|slack-docs/, "words", "DOC"],
  [/^audio\//, "sound", "♪"],
  [/^video\//, "film", "▶"],
  [/^image\//, "picture", "IMG"],
  [/json|xml|javascript|x-sh|x-python|^text\//, "code", "TXT"],
];

export function isWeb(url) {
  return /^https?:\/\//i.test(url ?? "");
}

export function isPicture(file) {
  return PICTURE.test(file.mime) && isWeb(file.url);
}

export function isFilm(file) {
  return file.mime.startsWith("video/") && isWeb(file.url);
}

/** Pictures and films beside each other, then the rest below each other. `draw` may draw a file in its own way. */
export function fileList(files, { draw = () => undefined, cover = () => undefined } = {}) {
  if (!files.length) return null;
  const own = new Map(files.map((file) => [file, draw(file)]));
  const seen = files.filter((file) => !own.get(file) && (isPicture(file) || isFilm(file)));
  const others = files.filter((file) => !seen.includes(file));
  return el(
    "div",
    { class: "files" },
    seen.length > 0 && album(seen.map((file) => covered(fileView(file), cover(file)))),
    others.map((file) => own.get(file) || fileView(file)),
  );
}

/** One picture keeps its shape; several are a grid without gaps, as every client shows them. */
export function album(views) {
  if (views.length === 1) return el("div", { class: "single" }, views);
  return el("div", { class: ["album", `of-${Math.min(views.length, 10)}`], role: "group" }, views);
}

export function fileView(file) {
  if (!isWeb(file.url))
    return el("span", { class: "file" }, fileSign(file), el("span", { class: "file-name" }, file.name));
  if (isPicture(file)) return picture(file);
  if (file.mime.startsWith("audio/")) return soundPlayer(file, { detail: fileSize(file.size) });
  if (file.mime.startsWith("video/")) return film(file);
  return fileLine(file);
}

/** A picture that its sender covered is blurred until it is pressed. */
export function covered(view, name) {
  if (!name) return view;
  const reveal = () => box.replaceChildren(view);
  const lid = el("button", { type: "button", class: "lid", on: { click: reveal } }, el("span", {}, name));
  const box = el("div", { class: "covered" }, el("div", { class: "blurred", inert: true }, view), lid);
  return box;
}

function picture(file) {
  const image = el("img", { src: file.url, alt: file.name, loading: "lazy" });
  const link = el(
    "a",
    { class: "picture", href: file.url, target: "_blank", rel: "noopener noreferrer", title: file.name },
    image,
  );
  image.addEventListener("error", () => link.replaceWith(fileLine(file)), { once: true });
  return link;
}

export function fileLine(file, detail = fileSize(file.size)) {
  return el(
    "a",
    {
      class: "file",
      href: file.url,
      target: "_blank",
      rel: "noopener noreferrer",
      "aria-label": text("open-file", { name: file.name }),
    },
    fileSign(file),
    fileWords(file.name, detail),
  );
}

export function fileWords(name, detail) {
  return el("span", { class: "file-words" }, el("span", { class: "file-name" }, name), el("small", {}, detail));
}

export function fileSign(file) {
  const [, kind, label] = KINDS.find(([pattern]) => pattern.test(file.mime ?? "")) ?? ["", "other", "FILE"];
  const ending = /\.([a-z0-9]{1,4})$/i.exec(file.name ?? "")?.[1];
  const words = ["sound", "film"].includes(kind) ? label : (ending ?? label);
  return el("span", { class: ["file-sign", `kind-${kind}`], "aria-hidden": "true" }, words.toUpperCase());
}
