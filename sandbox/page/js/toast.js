// Short messages over a pane: what went wrong, and what a bot answers to a pressed button.

import { el, iconButton } from "./dom.js";
import { text } from "./texts.js";

const SHOWN_MILLISECONDS = 7000;

export class Toasts {
  constructor() {
    this.element = el("div", { class: "toasts", role: "status", "aria-live": "polite" });
  }

  show(message, kind = "answer") {
    const toast = el("div", { class: ["toast", kind] }, el("p", {}, message));
    toast.append(iconButton("✕", text("close"), () => toast.remove()));
    this.element.append(toast);
    setTimeout(() => toast.remove(), SHOWN_MILLISECONDS);
  }
}
