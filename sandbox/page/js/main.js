// The page: three panes, the bar over them, and the journal that keeps them true.

import { followJournal, get, Refused } from "./api.js";
import { Bar } from "./bar.js";
import { discord } from "./discord.js";
import { add, el } from "./dom.js";
import { Pane } from "./pane.js";
import { slack } from "./slack.js";
import { telegram } from "./telegram.js";
import { LANGUAGE, text } from "./texts.js";
import { setOffset } from "./time.js";
import { Toasts } from "./toast.js";
import { TourView } from "./tour_view.js";

const NARROW = matchMedia("(max-width: 760px)");
const REMEMBERED = "sandbox-panes";

class App {
  constructor() {
    this.panes = new Map([slack, discord, telegram].map((skin) => [skin.name, new Pane(skin.name, skin)]));
    this.faults = new Map([...this.panes.keys()].map((platform) => [platform, {}]));
    this.staffPlatform = "slack";
    this.toasts = new Toasts();
    this.shown = new Set(remembered() ?? this.panes.keys());
    this.front = "telegram";
    this.bar = new Bar(this);
    this.tour = new TourView(this);
    this.element = el(
      "main",
      { class: "panes" },
      [...this.panes.values()].map((pane) => pane.element),
    );
    this.onFaults = () => undefined;
  }

  async start() {
    document.documentElement.lang = LANGUAGE;
    document.title = text("title");
    add(document.body, this.bar.element, this.tour.element, this.element, this.toasts.element);
    this.drawShown();
    NARROW.addEventListener("change", () => this.drawShown());
    document.addEventListener("keydown", (event) => this.onKey(event));
    const last = await this.try(() => this.load());
    followJournal(last ?? 0, {
      onEntry: (entry) => this.onEntry(entry),
      onGap: () => {
        this.bar.lost.hidden = true;
        this.try(() => this.load());
      },
      onLost: () => (this.bar.lost.hidden = false),
    });
    document.body.classList.add("is-ready");
  }

  async load() {
    const state = await get("/control/state");
    this.staffPlatform = state.staff_platform;
    setOffset(state.clock.offset_seconds);
    this.bar.drawClock();
    this.bar.bot.show(state.bot);
    for (const [platform, { faults }] of Object.entries(state.platforms)) this.showFaults(platform, faults);
    await Promise.all(
      [...this.panes].map(([platform, pane]) => pane.load({ hasStaff: platform === state.staff_platform })),
    );
    return state.last_entry;
  }

  async try(work) {
    try {
      return await work();
    } catch (error) {
      this.toasts.show(error instanceof Refused ? error.message : text("not-reachable"), "error");
      if (!(error instanceof Refused)) console.error(error);
      return undefined;
    }
  }

  onEntry(entry) {
    if (entry.kind === "clock") {
      setOffset(entry.data.offset_seconds);
      this.bar.drawClock();
      // "Today" may be another day now.
      for (const pane of this.panes.values()) pane.refreshConversations();
    } else if (entry.kind === "bot") {
      this.bar.bot.show(entry.data);
    } else if (entry.kind === "reset") {
      location.reload();
    } else if (entry.kind === "fault") {
      this.refreshFaults(entry.platform);
    } else {
      this.panes.get(entry.platform)?.onEntry(entry);
    }
  }

  async refreshFaults(platform) {
    const read = await this.try(() => this.panes.get(platform).api.get("faults"));
    if (read) this.showFaults(platform, read.faults);
  }

  showFaults(platform, faults) {
    this.faults.set(platform, faults);
    this.panes.get(platform).showFaults(faults);
    this.bar.drawFaults();
    this.onFaults();
  }

  // Which panes are to be seen: any of them side by side, or one at a time where there is no room.

  isShown(platform) {
    return NARROW.matches ? this.front === platform : this.shown.has(platform);
  }

  toggle(platform) {
    this.front = platform;
    if (!NARROW.matches) {
      if (this.shown.has(platform) && this.shown.size > 1) this.shown.delete(platform);
      else this.shown.add(platform);
    }
    this.drawShown();
  }

  show(platform) {
    this.front = platform;
    this.shown.add(platform);
    this.drawShown();
  }

  drawShown() {
    for (const [platform, pane] of this.panes) pane.element.hidden = !this.isShown(platform);
    localStorage.setItem(REMEMBERED, JSON.stringify([...this.shown]));
    this.bar.drawTabs();
    this.bar.drawFaults();
  }

  onKey(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const platform = [...this.panes.keys()][Number(event.code.replace("Digit", "")) - 1];
    if (!platform) return;
    event.preventDefault();
    this.show(platform);
    const { main, side } = this.panes.get(platform);
    (side.element.hidden ? main : side).composer.focus();
  }
}

function remembered() {
  try {
    const platforms = JSON.parse(localStorage.getItem(REMEMBERED));
    return Array.isArray(platforms) && platforms.length ? platforms : null;
  } catch {
    return null;
  }
}

new App().start();
