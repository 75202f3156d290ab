// Attached files: pictures, sounds and films are shown, everything else is a line to open.

import { el } from "./dom.js";
import { fileSize, text } from "./texts.js";

export function fileList(files) {
  if (!files.length) return null;
  return el("div", { class: ["files", files.length > 1 && "is-album"] }, files.map(fileView));
}

function fileView(file) {
  if (!/^https?:\/\//i.test(file.url)) return el("span", { class: "file" }, file.name);
  if (/^image\/(png|jpeg|gif|webp|avif|svg\+xml)$/.test(file.mime)) return picture(file);
  if (file.mime.startsWith("audio/"))
    return el("audio", { src: file.url, controls: true, "aria-label": file.name, preload: "none" });
  if (file.mime.startsWith("video/"))
    return el("video", { src: file.url, controls: true, "aria-label": file.name, preload: "none" });
  return fileLine(file);
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

function fileLine(file) {
  return el(
    "a",
    {
      class: "file",
      href: file.url,
      target: "_blank",
      rel: "noopener noreferrer",
      "aria-label": text("open-file", { name: file.name }),
    },
    el("span", { class: "file-sign", "aria-hidden": "true" }, "📄"),
    el("span", { class: "file-name" }, file.name),
    el("small", {}, fileSize(file.size)),
  );
}
