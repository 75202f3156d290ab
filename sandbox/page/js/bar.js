// The bar at the top: the panes, the clock, the faults, the bot.

import { post } from "./api.js";
import { BotPanel } from "./bot.js";
import { el, replace } from "./dom.js";
import { faultPanel } from "./faults.js";
import { activeFaults } from "./pane.js";
import { popup } from "./popup.js";
import { text } from "./texts.js";
import { aheadText, fullText, nowSeconds } from "./time.js";

const STEPS = [
  ["minute", 60],
  ["hour", 3_600],
  ["day", 86_400],
];

export class Bar {
  constructor(app) {
    this.app = app;
    this.time = el("time", { class: "now" });
    this.ahead = el("span", { class: "ahead" });
    this.bot = new BotPanel(app);
    this.faults = el("button", {
      type: "button",
      class: "faults-button",
      "aria-haspopup": "dialog",
      on: { click: () => popup(this.faults, faultPanel(app), { label: text("faults"), kind: "fault-panel" }) },
    });
    this.tabs = el("div", { class: "pane-tabs", role: "group", "aria-label": text("panes") });
    this.lost = el("p", { class: "lost", role: "alert", hidden: true }, text("connection-lost"));
    this.element = el(
      "header",
      { class: "bar" },
      el(
        "div",
        { class: "brand" },
        el("span", { class: "brand-mark", "aria-hidden": "true" }, "🙌"),
        el("h1", {}, text("title")),
        el("span", { class: "brand-sub" }, text("subtitle")),
      ),
      this.tabs,
      el("button", { type: "button", class: "tour-button", on: { click: () => app.tour.toggle() } }, text("tour")),
      this.lost,
      el(
        "div",
        { class: "clock", role: "group", "aria-label": text("clock") },
        el("span", { class: "clock-face" }, this.time, this.ahead),
        STEPS.map(([name, seconds]) => this.clockButton(name, seconds)),
      ),
      this.faults,
      this.bot.element,
    );
    setInterval(() => this.drawClock(), 1000);
  }

  clockButton(name, seconds) {
    const advance = () => this.app.try(() => post("/clock", { seconds }));
    return el(
      "button",
      { type: "button", title: text(`clock-${name}-title`), on: { click: advance } },
      text(`clock-${name}`),
    );
  }

  drawClock() {
    const now = nowSeconds();
    const shown = fullText(now);
    if (this.time.textContent !== shown) {
      this.time.textContent = shown;
      this.time.dateTime = new Date(now * 1000).toISOString();
    }
    this.ahead.textContent = aheadText();
  }

  drawFaults() {
    const count = [...this.app.faults.values()].reduce((sum, faults) => sum + activeFaults(faults).length, 0);
    this.faults.classList.toggle("is-on", count > 0);
    replace(this.faults, "⚡ ", count ? text("faults-on", { count }) : text("faults"));
  }

  drawTabs() {
    replace(
      this.tabs,
      [...this.app.panes.keys()].map((platform) =>
        el(
          "button",
          {
            type: "button",
            "aria-pressed": this.app.isShown(platform),
            data: { platform },
            on: { click: () => this.app.toggle(platform) },
          },
          text(`platform-${platform}`),
        ),
      ),
    );
  }
}
