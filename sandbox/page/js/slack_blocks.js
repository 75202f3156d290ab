// Block Kit: every block a message or an App Home can carry.

import { el, outsideLink } from "./dom.js";
import { emojiCalled } from "./emoji.js";
import { fileSign } from "./files.js";
import { richText } from "./slack_rich_text.js";
import { drawElement } from "./slack_elements.js";

export function drawBlocks(view, blocks) {
  return blocks.map((block) => (DRAW[block.type] ?? unknown)(view, block));
}

/** A text object: mrkdwn is drawn, plain_text only gets its emoji. */
export function drawText(view, object) {
  if (!object) return null;
  if (object.type === "mrkdwn") return view.tree("mrkdwn", object.text);
  return withEmoji(object.text);
}

export function withEmoji(words) {
  return String(words ?? "")
    .split(/(:[a-z0-9_+'-]+:)/)
    .map((part) => (/^:[a-z0-9_+'-]+:$/.test(part) ? emojiCalled(part.slice(1, -1)) : part));
}

const DRAW = {
  header: (view, block) => el("h4", { class: "block header" }, drawText(view, block.text)),
  section,
  context: (view, block) =>
    el(
      "div",
      { class: "block context" },
      block.elements.map((element) => contextElement(view, element)),
    ),
  actions: (view, block) =>
    el(
      "div",
      { class: "block actions" },
      block.elements.map((element) => drawElement(view, block, element)),
    ),
  context_actions: (view, block) =>
    el(
      "div",
      { class: "block actions" },
      block.elements.map((element) => drawElement(view, block, element)),
    ),
  divider: () => el("hr", { class: "block divider" }),
  markdown: (view, block) => el("div", { class: "block markdown" }, view.tree("markdown", block.text)),
  rich_text: (view, block) => el("div", { class: "block rich-text" }, richText(view, block.elements)),
  image: (view, block) =>
    el(
      "figure",
      { class: "block image" },
      block.title && el("figcaption", {}, drawText(view, block.title)),
      image(block),
    ),
  table: (view, block) =>
    el(
      "div",
      { class: "block table" },
      el(
        "table",
        {},
        block.rows.map((row) =>
          el(
            "tr",
            {},
            row.map((cell, column) => el("td", { class: cellClass(block, column) }, tableCell(view, cell))),
          ),
        ),
      ),
    ),
  input: (view, block) => el("div", { class: "block section" }, el("strong", {}, drawText(view, block.label))),
  file: (view, block) =>
    el("p", { class: "block file" }, fileSign({ name: block.external_id }), el("span", {}, block.external_id ?? "")),
  video: (view, block) =>
    el(
      "div",
      { class: "block attachment" },
      block.author_name && el("p", { class: "attachment-author" }, block.author_name),
      el("strong", {}, outsideLink(block.title_url ?? block.video_url ?? "", drawText(view, block.title))),
      block.description && el("p", {}, drawText(view, block.description)),
    ),
};

function section(view, block) {
  return el(
    "div",
    { class: "block section" },
    el(
      "div",
      { class: "section-words" },
      block.text && el("div", {}, drawText(view, block.text)),
      block.fields?.length > 0 &&
        el(
          "div",
          { class: "fields" },
          block.fields.map((field) => el("div", { class: "field" }, drawText(view, field))),
        ),
    ),
    block.accessory &&
      el(
        "div",
        { class: "accessory" },
        block.accessory.type === "image" ? image(block.accessory) : drawElement(view, block, block.accessory),
      ),
  );
}

function contextElement(view, element) {
  return element.type === "image" ? image(element) : el("span", {}, drawText(view, element));
}

/** Pictures from the Internet are not fetched: the page stays on this machine, and shows what the picture is. */
function image(object) {
  const address = object.image_url ?? object.slack_file?.url ?? "";
  const picture = el("img", {
    src: address,
    alt: object.alt_text ?? "",
    title: object.alt_text ?? "",
    loading: "lazy",
  });
  picture.addEventListener(
    "error",
    () => picture.replaceWith(el("span", { class: "missing-picture", title: address }, `🖼 ${object.alt_text ?? ""}`)),
    { once: true },
  );
  return picture;
}

function cellClass(block, column) {
  const settings = block.column_settings?.[column] ?? {};
  const side = ["center", "right"].includes(settings.align) ? `is-${settings.align}` : "";
  return [side, settings.is_wrapped && "is-wrapped"];
}

function tableCell(view, cell) {
  return cell.type === "rich_text" ? richText(view, cell.elements) : withEmoji(cell.text);
}

function unknown(view, block) {
  return el("div", { class: "block section" }, drawText(view, block.text) ?? block.type);
}
