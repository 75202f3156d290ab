// Slack's rich text: what people type arrives as a tree already.

import { codeBlock } from "./code.js";
import { el, outsideLink } from "./dom.js";
import { emojiCalled } from "./emoji.js";
import { isOnlyEmoji } from "./markup.js";
import { fullText, shapedText } from "./time.js";

const TAGS = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

export function richText(view, elements) {
  return elements.map((element) => (BLOCKS[element.type] ?? BLOCKS.rich_text_section)(view, element));
}

const BLOCKS = {
  rich_text_section: (view, element) => el("div", { class: "rt-section" }, inline(view, element.elements)),
  rich_text_quote: (view, element) => el("blockquote", {}, inline(view, element.elements)),
  rich_text_preformatted: (view, element) => codeBlock(inline(view, element.elements), { language: element.language }),
  rich_text_list: (view, element) => {
    const list = el(
      element.style === "ordered" ? "ol" : "ul",
      { start: element.offset ? element.offset + 1 : undefined },
      (element.elements ?? []).map((item) => el("li", {}, inline(view, item.elements))),
    );
    list.classList.add(`indent-${Math.min(element.indent ?? 0, 5)}`);
    list.classList.toggle("has-border", Boolean(element.border));
    return list;
  },
};

function inline(view, elements) {
  return (elements ?? []).map((element) => styled(element.style, word(view, element)));
}

function word(view, element) {
  const { names } = view.pane;
  switch (element.type) {
    case "text":
      return lines(element.text);
    case "link":
      return outsideLink(element.url, element.text ?? element.url.replace(/^mailto:/, ""));
    case "emoji":
      return el("span", { class: "emoji", title: `:${element.name}:` }, emojiCalled(element.name));
    case "user":
      return el(
        "span",
        { class: ["mention", element.user_id === names.me && "is-me"] },
        `@${names.person(element.user_id) ?? element.user_id}`,
      );
    case "channel":
      return el("span", { class: "mention" }, `#${names.room(element.channel_id) ?? element.channel_id}`);
    case "usergroup":
      return el("span", { class: "mention" }, `@${names.role(element.usergroup_id) ?? element.usergroup_id}`);
    case "broadcast":
      return el("span", { class: "mention is-me" }, `@${element.range}`);
    case "date":
      return el("time", { class: "moment", title: fullText(element.timestamp) }, dateOf(element));
    case "color":
      return swatch(element.value);
    default:
      return String(element.text ?? element.value ?? "");
  }
}

function dateOf(element) {
  const words = shapedText(element.timestamp, element.format ?? "{date_long} {time}");
  return element.url ? outsideLink(element.url, words) : words;
}

function swatch(value) {
  const sample = el("i", { class: "swatch", "aria-hidden": "true" });
  if (/^#[0-9a-f]{6}$/i.test(value)) sample.style.background = value;
  return [el("code", {}, value), sample];
}

/** A message of nothing but emoji is shown large. */
export function isOnlyEmojiIn(blocks) {
  const words = blocks.flatMap((block) => (block.elements ?? []).flatMap((part) => part.elements ?? [part]));
  const shown = words.map((word) => (word.type === "emoji" ? emojiCalled(word.name) : (word.text ?? "?")));
  return blocks.every((block) => block.type === "rich_text") && isOnlyEmoji(shown.join("").trim());
}

function lines(words) {
  return words.split("\n").flatMap((line, index) => (index ? [el("br"), line] : [line]));
}

function styled(style, content) {
  return Object.entries(TAGS).reduce((inside, [name, tag]) => (style?.[name] ? el(tag, {}, inside) : inside), content);
}
