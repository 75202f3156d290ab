// What opens over the page next to a button: menus, pickers and panels.

import { el } from "./dom.js";

let closeOpen = () => undefined;

/** Show something next to its button until Escape, a click elsewhere or `close`; the focus then goes back. */
export function popup(anchor, content, { label, role = "dialog", kind = "" }) {
  const wasOpenHere = anchor.getAttribute("aria-expanded") === "true";
  closeOpen();
  if (wasOpenHere) return () => undefined;
  const box = el("div", { class: ["popup", kind], role, "aria-label": label, tabindex: -1 }, content);
  const close = ({ keepsFocus = false } = {}) => {
    box.remove();
    anchor.removeAttribute("aria-expanded");
    document.removeEventListener("pointerdown", onPointer, true);
    document.removeEventListener("keydown", onKey, true);
    closeOpen = () => undefined;
    if (!keepsFocus && anchor.isConnected) anchor.focus();
  };
  const onPointer = (event) => {
    if (!box.contains(event.target) && !anchor.contains(event.target)) close({ keepsFocus: true });
  };
  const onKey = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  };
  document.body.append(box);
  anchor.setAttribute("aria-expanded", "true");
  place(box, anchor);
  document.addEventListener("pointerdown", onPointer, true);
  document.addEventListener("keydown", onKey, true);
  closeOpen = close;
  (box.querySelector("[autofocus], [role=menuitem], button, input, select") ?? box).focus();
  return close;
}

/** A menu of actions: pairs of a label and what it does; null draws a line. */
export function menu(anchor, label, actions) {
  let close = () => undefined;
  const items = actions.map((action) =>
    action === null
      ? el("hr")
      : el(
          "button",
          {
            type: "button",
            role: "menuitem",
            class: action.isDangerous && "is-dangerous",
            on: {
              click: () => {
                close();
                action.run();
              },
            },
          },
          action.sign && el("span", { class: "sign", "aria-hidden": "true" }, action.sign),
          action.label,
        ),
  );
  const box = el("div", { class: "menu-items", on: { keydown: walk } }, items);
  close = popup(anchor, box, { label, role: "menu", kind: "menu" });
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length].focus();
}

function place(box, anchor) {
  const around = anchor.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const isBelow = around.bottom + size.height + 8 < innerHeight || around.top < size.height + 8;
  const top = isBelow ? around.bottom + 4 : around.top - size.height - 4;
  const left = Math.min(Math.max(8, around.right - size.width), innerWidth - size.width - 8);
  box.style.top = `${Math.max(8, Math.min(top, innerHeight - size.height - 8))}px`;
  box.style.left = `${Math.max(8, left)}px`;
}

/** Ask before something that cannot be undone; resolves to whether to go on. */
export function confirmed({ title, detail, yes, no }) {
  return new Promise((resolve) => {
    const answer = (is) => () => {
      dialog.close();
      resolve(is);
    };
    const dialog = el(
      "dialog",
      { class: "question", "aria-label": title },
      el("h2", {}, title),
      detail && el("p", {}, detail),
      el(
        "div",
        { class: "choices" },
        el("button", { type: "button", on: { click: answer(false) } }, no),
        el("button", { type: "button", class: "primary", on: { click: answer(true) } }, yes),
      ),
    );
    dialog.addEventListener("cancel", () => resolve(false));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  });
}
