// The App Home tab: what the bot published for the person who opens it.

import { el, gathered, replace } from "./dom.js";
import { drawn } from "./markup.js";
import { text } from "./texts.js";

export class HomeView {
  constructor(pane) {
    this.pane = pane;
    this.asked = "";
    this.element = el("section", { class: "home", hidden: true, "aria-label": text("tab-home") });
    this.refreshLater = gathered(() => pane.try(() => this.refresh()), 300);
  }

  async refresh() {
    const { pane } = this;
    const { me } = pane;
    this.asked = me;
    const { home } = await pane.api.post("open_home", { person: me });
    this.asked = "";
    if (me === pane.me) this.draw(home);
  }

  draw(home) {
    const { pane } = this;
    const view = {
      pane,
      message: { id: "", native: home?.native ?? {}, buttons: home?.buttons ?? [], files: [] },
      tree: (dialect, words) => drawn(home.markup?.[dialect]?.[words] ?? [words], pane.names),
      press: (button) => this.press(button),
    };
    const inside = home?.native?.blocks?.length ? pane.skin.blocks(view, home.native.blocks) : el("p", { class: "empty" }, text("home-empty"));
    const head = el("header", { class: "conversation-head" }, el("h3", {}, pane.room ? pane.skin.roomTitle(pane.room) : ""), pane.main.homeTabs(true));
    replace(this.element, head, el("div", { class: "home-inner words" }, inside));
  }

  async press(button) {
    const { pane } = this;
    await pane.try(() => pane.api.post("press", { person: pane.me, room: "home", message: "home", button }));
  }
}
