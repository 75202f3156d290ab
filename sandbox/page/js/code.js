// Code blocks: what is a word of the language, a text, a number or a comment gets a colour of its own.

import { el } from "./dom.js";

const WORDS = new Set(
  `and as assert async await bool break case catch class const continue def default del do done echo elif else end enum
  except exit export extends extern false fi final finally float fn for foreach from func function go goto if impl
  implements import in int interface is lambda let local loop match mod module mut namespace new nil none not null of or
  package pass private protected public raise return select self static string struct super switch then this throw trait
  true try type typeof undefined union unless until update use var void where while with yield
  create delete from group having insert into join limit order set table values view`.split(/\s+/),
);
const HASH_COMMENTS = /^(py|python|sh|bash|shell|zsh|rb|ruby|ya?ml|toml|ini|conf|dockerfile|make|makefile|perl|r)$/i;
const PLAIN = /^(|text|txt|plain|plaintext|none|log|output)$/i;
const MOST_COLOURED = 20_000;

const TOKEN =
  /(?<comment>\/\/.*|\/\*[\s\S]*?(?:\*\/|$)|#.*|--\s.*)|(?<text>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`(?:\\.|[^`\\])*`?)|(?<number>\b\d[\w.]*)|(?<word>[A-Za-z_$][\w$]*)/g;

/** The block, in colours where its language is known; `label` puts the language over it, as Telegram does. */
export function codeBlock(inside, { language = "", hasLabel = false } = {}) {
  const words = [inside].flat(Infinity).map(wordsOf).join("");
  const isColoured = !PLAIN.test(language) && words.length <= MOST_COLOURED;
  return el(
    "pre",
    {},
    hasLabel && language && el("span", { class: "language" }, language),
    el("code", {}, isColoured ? coloured(words, language) : inside),
  );
}

function wordsOf(part) {
  if (typeof part === "string") return part;
  return part.nodeName === "BR" ? "\n" : part.textContent;
}

function coloured(words, language) {
  const made = [];
  let at = 0;
  for (const found of words.matchAll(TOKEN)) {
    const kind = kindOf(found, language);
    if (!kind) continue;
    made.push(words.slice(at, found.index), el("span", { class: `code-${kind}` }, found[0]));
    at = found.index + found[0].length;
  }
  return [...made, words.slice(at)];
}

function kindOf({ 0: whole, groups, index, input }, language) {
  if (groups.comment) {
    const isHash = whole.startsWith("#");
    const isSql = whole.startsWith("--");
    if (isHash !== HASH_COMMENTS.test(language) || (isSql && !/sql|lua|haskell/i.test(language))) return "";
    return "comment";
  }
  if (groups.text) {
    const isKey = /json|ya?ml/i.test(language) && /^\s*:/.test(input.slice(index + whole.length));
    return isKey ? "word" : "text";
  }
  if (groups.number) return "number";
  return WORDS.has(whole.toLowerCase()) ? "word" : "";
}
