// Discord's embeds: a coloured bar, a title, words, fields, pictures.

import { el, outsideLink } from "./dom.js";
import { fullText } from "./time.js";

export function drawEmbed(view, embed) {
  const box = el(
    "div",
    { class: "embed" },
    el(
      "div",
      { class: "embed-words" },
      embed.provider?.name && el("p", { class: "embed-provider" }, embed.provider.name),
      embed.author?.name &&
        el(
          "p",
          { class: "embed-author" },
          embed.author.icon_url && picture({ url: embed.author.icon_url }, "embed-icon"),
          linked(embed.author.url, embed.author.name),
        ),
      embed.title && el("p", { class: "embed-title" }, linked(embed.url, view.tree("discord", embed.title))),
      embed.description && el("div", { class: "embed-description" }, view.tree("discord", embed.description)),
      embed.fields?.length > 0 &&
        el(
          "div",
          { class: "embed-fields" },
          embed.fields.map((field) => drawField(view, field)),
        ),
      embed.image?.url && picture(embed.image, "embed-image"),
      (embed.footer?.text || embed.timestamp) && el("p", { class: "embed-footer" }, footer(embed)),
    ),
    embed.thumbnail?.url && picture(embed.thumbnail, "embed-thumbnail"),
  );
  if (Number.isInteger(embed.color)) box.style.borderInlineStartColor = `#${embed.color.toString(16).padStart(6, "0")}`;
  return box;
}

function drawField(view, field) {
  return el(
    "div",
    { class: ["embed-field", field.inline && "is-inline"] },
    el("p", { class: "embed-field-name" }, view.tree("discord", field.name)),
    el("div", {}, view.tree("discord", field.value)),
  );
}

function footer(embed) {
  const at = embed.timestamp ? fullText(Date.parse(embed.timestamp) / 1000) : "";
  return [embed.footer?.text, at].filter(Boolean).join(" • ");
}

function linked(url, inside) {
  return url ? outsideLink(url, inside) : inside;
}

export function picture(media, kind) {
  const image = el("img", { class: kind, src: media.url, alt: media.description ?? "", loading: "lazy" });
  image.addEventListener(
    "error",
    () => image.replaceWith(el("span", { class: "missing-picture", title: media.url }, "🖼")),
    { once: true },
  );
  return image;
}
