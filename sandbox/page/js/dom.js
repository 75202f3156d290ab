// Building elements. Text only ever becomes a text node; nothing here takes markup.

/**
 * Make an element. `props` are attributes, except: `on` (listeners), `data` (data-* attributes), `class` (a string or
 * a list whose falsy parts are left out), and properties that are not strings (`disabled`, `hidden`, `checked`, `value`).
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("aria-")) {
      element.setAttribute(name, String(value));
    } else if (value === false) {
      continue;
    } else if (name === "on") {
      for (const [kind, listener] of Object.entries(value)) element.addEventListener(kind, listener);
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else if (name === "class") {
      element.className = classes(value);
    } else if (PROPERTIES.has(name)) {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  add(element, children);
  return element;
}

const PROPERTIES = new Set([
  "value",
  "checked",
  "disabled",
  "hidden",
  "selected",
  "multiple",
  "required",
  "open",
  "inert",
]);

export function classes(parts) {
  return [parts].flat(Infinity).filter(Boolean).join(" ");
}

/** Append strings, nodes and nested lists of them; what is empty is left out. */
export function add(parent, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    parent.append(child);
  }
  return parent;
}

export function replace(parent, ...children) {
  parent.replaceChildren();
  return add(parent, ...children);
}

/** Put a mark behind the last words, also when they lie in a paragraph of their own. */
export function behindWords(element, mark) {
  if (!mark) return element;
  let last = element;
  while (last.lastChild && last.lastChild === last.lastElementChild && /^(DIV|P)$/.test(last.lastElementChild.tagName))
    last = last.lastElementChild;
  last.append(" ", mark);
  return element;
}

/** A button that says what it does to those who cannot see its sign. */
export function iconButton(sign, name, onClick, props = {}) {
  return el(
    "button",
    { type: "button", title: name, "aria-label": name, ...props, class: ["icon", props.class], on: { click: onClick } },
    sign,
  );
}

/** A link that opens elsewhere and tells nobody where it came from; other than web, mail, phone and Telegram addresses it is text. */
export function outsideLink(url, ...children) {
  if (!/^(https?|mailto|tel|tg):/i.test(url)) return el("span", {}, ...children);
  return el("a", { href: url, title: url, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children);
}

/** Run the last call of a burst, some milliseconds after the first one. */
export function gathered(work, milliseconds = 60) {
  let timer = 0;
  return () => {
    if (timer) return;
    timer = setTimeout(() => {
      timer = 0;
      work();
    }, milliseconds);
  };
}

let lastId = 0;
export function uniqueId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}
