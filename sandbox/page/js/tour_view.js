// The strip under the title: each step brings the right person and room to the front.

import { post } from "./api.js";
import { el, iconButton, replace } from "./dom.js";
import { text } from "./texts.js";
import { CAST, TOUR } from "./tour.js";

const REMEMBERED = "sandbox-tour-hidden";

export class TourView {
  constructor(app) {
    this.app = app;
    this.at = -1;
    this.done = new Set();
    this.steps = el("ol", { class: "steps" });
    this.hint = el("p", { class: "tour-hint", "aria-live": "polite" });
    const hide = iconButton("✕", text("hide-tour"), () => this.toggle(false));
    this.element = el("section", { class: "tour", "aria-label": text("tour") }, this.steps, this.hint, hide);
    this.element.hidden = localStorage.getItem(REMEMBERED) === "yes";
    this.draw();
  }

  toggle(isShown = this.element.hidden) {
    this.element.hidden = !isShown;
    localStorage.setItem(REMEMBERED, isShown ? "no" : "yes");
  }

  draw() {
    const step = (one, index) =>
      el(
        "li",
        {},
        el(
          "button",
          {
            type: "button",
            class: this.done.has(index) && "is-done",
            "aria-current": index === this.at ? "step" : undefined,
            on: { click: () => this.go(index) },
          },
          el(
            "span",
            { class: "number", "aria-hidden": "true" },
            this.done.has(index) && index !== this.at ? "✓" : String(index + 1),
          ),
          text(`tour-${one.name}-title`),
        ),
      );
    replace(this.steps, TOUR.map(step));
    const words = this.at < 0 ? text("tour-begin") : text(`tour-${TOUR[this.at].name}`, this.roles(TOUR[this.at]));
    replace(this.hint, words, this.at >= 0 && this.at < TOUR.length - 1 && this.nextButton());
    this.steps.children[this.at]?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  nextButton() {
    return el(
      "button",
      { type: "button", class: "next", on: { click: () => this.go(this.at + 1) } },
      text("next-step"),
      " →",
    );
  }

  platformOf(step) {
    return step.on === "staff" ? this.app.staffPlatform : step.on;
  }

  roles(step) {
    const platform = this.platformOf(step);
    const cast = CAST[platform];
    return {
      who: cast[step.as],
      customer: CAST.telegram.customer,
      place: text(`platform-${platform}`),
      room: cast.staffRoom,
    };
  }

  async go(index) {
    const step = TOUR[index];
    if (this.at >= 0) this.done.add(this.at);
    this.at = index;
    this.draw();
    const platform = this.platformOf(step);
    const cast = CAST[platform];
    const pane = this.app.panes.get(platform);
    this.app.show(platform);
    const person = pane.people.find((one) => one.name.startsWith(cast[step.as]));
    if (!person) return;
    await pane.become(person.id);
    const room = pane.rooms.find((one) => (step.room === "dm" ? one.kind === "dm" : one.name === cast.staffRoom));
    if (room && room.id !== pane.room?.id) await pane.openRoom(room.id);
    if (step.open) await pane.skin.openTicket(pane, step.open === "thread");
    if (step.clock) await this.app.try(() => post("/clock", { seconds: step.clock }));
    const { composer } = pane.side.element.hidden ? pane.main : pane.side;
    if (step.say && !composer.input.value) composer.set(text(step.say));
    if (step.say) composer.focus();
    this.point(pane);
  }

  /** Let the pane blink once, so that the eye finds it. */
  point(pane) {
    pane.element.classList.remove("is-pointed-at");
    requestAnimationFrame(() => pane.element.classList.add("is-pointed-at"));
    pane.element.addEventListener("animationend", () => pane.element.classList.remove("is-pointed-at"), { once: true });
  }
}
