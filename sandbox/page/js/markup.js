// Trees of marked-up text, as sandbox/markup makes them, into elements.

import { codeBlock } from "./code.js";
import { el, outsideLink, uniqueId } from "./dom.js";
import { emojiCalled } from "./emoji.js";
import { text } from "./texts.js";
import { fullText, momentText, shapedText } from "./time.js";

const INLINE = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strike: "s",
  code: "code",
  paragraph: "p",
  item: "li",
  row: "tr",
  cell: "td",
  subtext: "small",
};

const BLOCKS = new Set(["paragraph", "heading", "quote", "pre", "item", "row", "cell", "subtext"]);

/** `names` tells who or what an id in a mention is: {person(id), room(id), role(id)}. */
export function drawn(tree, names) {
  return (tree ?? []).map((node) => drawNode(node, names));
}

/** What a tree says in one line. */
export function lineOf(tree, names) {
  return wordsOf(tree ?? [], names)
    .replace(/\s+/g, " ")
    .trim();
}

/** What a message says without its markup, for places that show no more than a line of it. */
export function unmarked(message, names) {
  const parts = Object.values(message.markup ?? {}).flatMap((trees) => Object.entries(trees));
  // The longest first: a short part may stand inside it, where no space belongs behind it.
  parts.sort(([one], [other]) => other.length - one.length);
  return parts.reduce(
    (words, [written, tree]) => words.replaceAll(written, () => wordsOf(tree, names).trim()),
    message.text,
  );
}

function wordsOf(tree, names) {
  return tree.map((node) => wordsIn(node, names)).join("");
}

function wordsIn(node, names) {
  if (typeof node === "string") return node;
  if (node.as === "break") return " ";
  if (node.as === "spoiler") return hidden(wordsOf(node.of, names));
  if (!node.of || node.as === "mention") return drawNode(node, names).textContent;
  return wordsOf(node.of, names) + (BLOCKS.has(node.as) ? " " : "");
}

/** As many blocks as there are letters, up to a few: a line of preview tells no secrets. */
export function hidden(words) {
  return "▆".repeat(Math.min([...words].length, 12));
}

function drawNode(node, names) {
  if (typeof node === "string") return document.createTextNode(node);
  const inside = () => drawn(node.of, names);
  if (node.as in INLINE) return el(INLINE[node.as], {}, inside());
  switch (node.as) {
    case "break":
      return el("br");
    case "rule":
      return el("hr");
    case "heading":
      return el("p", { class: `heading level-${node.level}`, role: "heading", "aria-level": 3 + node.level }, inside());
    case "list":
      return el(node.is_numbered ? "ol" : "ul", { start: node.is_numbered ? node.start : undefined }, inside());
    case "pre":
      return codeBlock(inside(), { language: node.language, hasLabel: names.labelsCode });
    case "quote":
      return node.is_folded ? foldedQuote(inside()) : el("blockquote", {}, inside());
    case "table":
      return el("div", { class: "table" }, el("table", {}, inside()));
    case "spoiler":
      return spoiler(inside());
    case "link":
      return outsideLink(node.url, inside());
    case "emoji":
      return emoji(node);
    case "time":
      return moment(node);
    case "mention":
      return mention(node, names, inside());
    default:
      return el("span", {}, inside());
  }
}

function mention(node, names, shown) {
  const known = { person: names.person, room: names.room, role: names.role }[node.kind]?.(node.id);
  const sign = node.kind === "room" ? "#" : node.kind === "command" ? "/" : "@";
  const isMe = node.kind === "person" && node.id === names.me;
  const label = shown.length && node.kind !== "room" ? shown : `${sign}${known ?? node.id}`;
  return el("span", { class: ["mention", isMe && "is-me"] }, label);
}

function emoji({ name, character }) {
  if (character) return el("span", { class: "emoji" }, character);
  return el("span", { class: "emoji", title: `:${name}:` }, emojiCalled(name));
}

function moment({ at, style, shape }) {
  const shown = shape ? shapedText(at, shape) : momentText(at, style);
  return el("time", { class: "moment", title: fullText(at) }, shown);
}

/** A quote of which only the first lines are seen, until somebody wants more. */
function foldedQuote(inside) {
  const id = uniqueId("quote");
  const quote = el("blockquote", { class: "is-folded", id }, inside);
  const more = el(
    "button",
    { type: "button", class: "unfold", "aria-expanded": false, "aria-controls": id, "aria-label": text("unfold") },
    "⌄",
  );
  more.addEventListener("click", () => {
    const isOpen = quote.classList.toggle("is-unfolded");
    more.setAttribute("aria-expanded", String(isOpen));
    more.setAttribute("aria-label", text(isOpen ? "fold" : "unfold"));
  });
  return el("div", { class: "folded" }, quote, more);
}

const ONLY_EMOJI = new RegExp("^(?:\\p{RGI_Emoji}\\s*){1,3}$", "v");

/** Whether a message is nothing but a few emoji, which every client shows large. */
export function isOnlyEmoji(words) {
  return words.length < 60 && ONLY_EMOJI.test(words);
}

export function spoiler(inside) {
  const reveal = (event) => {
    // What was only to be revealed must not also be followed.
    if (!cover.classList.contains("is-shown")) event.preventDefault();
    cover.classList.add("is-shown");
    for (const name of ["role", "aria-label", "tabindex"]) cover.removeAttribute(name);
  };
  const cover = el(
    "span",
    {
      class: "spoiler",
      role: "button",
      tabindex: 0,
      "aria-label": text("spoiler"),
      on: { click: reveal, keydown: (event) => ["Enter", " "].includes(event.key) && reveal(event) },
    },
    inside,
  );
  return cover;
}
