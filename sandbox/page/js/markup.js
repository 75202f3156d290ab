// Trees of marked-up text, as sandbox/markup makes them, into elements.

import { el, outsideLink } from "./dom.js";
import { emojiCalled } from "./emoji.js";
import { text } from "./texts.js";
import { momentText } from "./time.js";

const INLINE = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strike: "s",
  code: "code",
  paragraph: "p",
  quote: "blockquote",
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

/** What a message says without its markup, for places that show no more than a line of it. */
export function unmarked(message, names) {
  const parts = Object.values(message.markup ?? {}).flatMap((trees) => Object.entries(trees));
  // The longest first: a short part may stand inside it.
  parts.sort(([one], [other]) => other.length - one.length);
  return parts.reduce((words, [written, tree]) => words.replaceAll(written, () => wordsOf(tree, names)), message.text);
}

function wordsOf(tree, names) {
  return tree.map((node) => wordsIn(node, names)).join("");
}

function wordsIn(node, names) {
  if (typeof node === "string") return node;
  if (node.as === "break") return " ";
  if (!node.of || node.as === "mention") return drawNode(node, names).textContent;
  return wordsOf(node.of, names) + (BLOCKS.has(node.as) ? " " : "");
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
      return el("pre", {}, el("code", {}, inside()));
    case "table":
      return el("div", { class: "table" }, el("table", {}, inside()));
    case "spoiler":
      return spoiler(inside());
    case "link":
      return outsideLink(node.url, inside());
    case "emoji":
      return el("span", { class: "emoji", title: `:${node.name}:` }, emojiCalled(node.name));
    case "time":
      return el("time", { class: "moment" }, momentText(node.at, node.style));
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

export function spoiler(inside) {
  const reveal = (event) => {
    event.currentTarget.classList.add("is-shown");
    event.currentTarget.removeAttribute("role");
    event.currentTarget.removeAttribute("aria-label");
  };
  return el(
    "span",
    {
      class: "spoiler",
      role: "button",
      tabindex: 0,
      "aria-label": text("spoiler"),
      on: { click: reveal, keydown: (event) => event.key === "Enter" && reveal(event) },
    },
    inside,
  );
}
