// The faces at the top of a pane: click one to become them.

import { el, replace } from "./dom.js";
import { text } from "./texts.js";

export class PeopleBar {
  constructor(pane) {
    this.pane = pane;
    this.element = el("div", { class: "people", role: "radiogroup", "aria-label": text("who-am-i") });
    this.element.addEventListener("keydown", (event) => this.onKey(event));
  }

  draw() {
    const humans = this.pane.people.filter((person) => !person.is_bot);
    const hadFocus = this.element.contains(document.activeElement);
    replace(
      this.element,
      humans.map((person) => this.face(person)),
    );
    this.drawUnread();
    if (hadFocus) this.element.querySelector("[aria-checked=true]")?.focus();
  }

  face(person) {
    const isMe = person.id === this.pane.me;
    return el(
      "button",
      {
        type: "button",
        class: "face",
        role: "radio",
        "aria-checked": isMe,
        tabindex: isMe ? 0 : -1,
        title: person.about ? `${person.name} · ${person.about}` : person.name,
        data: { person: person.id, name: person.name },
        on: { click: () => this.pane.become(person.id) },
      },
      avatar(person),
    );
  }

  drawUnread() {
    for (const face of this.element.querySelectorAll(".face")) {
      const count = this.pane.unreadOf(face.dataset.person).size;
      face.classList.toggle("has-unread", count > 0);
      const { name } = face.dataset;
      face.setAttribute("aria-label", count ? text("person-unread", { name, count }) : name);
    }
  }

  onKey(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const faces = [...this.element.querySelectorAll(".face")];
    const at = faces.findIndex((face) => face.dataset.person === this.pane.me);
    this.pane.become(faces[(at + step + faces.length) % faces.length].dataset.person);
  }
}

const TINTS = 8;

/** A person's picture: an emoji on a tint of their own, or the first letters of the name. */
export function avatar(person) {
  const tint = [...person.id].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) % 9973, 7) % TINTS;
  const isPicture = /^(https?:|data:image\/)/.test(person.avatar);
  const initials = person.name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0])
    .join("");
  const inside = isPicture ? el("img", { src: person.avatar, alt: "" }) : person.avatar || initials;
  return el("span", { class: ["avatar", `tint-${tint}`, person.is_bot && "is-bot"], "aria-hidden": "true" }, inside);
}
