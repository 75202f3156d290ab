// The App Home tab: what the bot published for the person who opens it.

import { el, gathered, replace } from "./dom.js";
import { drawn } from "./markup.js";
import { text } from "./texts.js";

export class HomeView {
  constructor(pane) {
    this.pane = pane;
    this.element = el("section", { class: "home", hidden: true, "aria-label": text("tab-home") });
    this.refreshLater = gathered(() => pane.try(() => this.read()), 150);
  }

  /** Show what was published since, without opening the tab once more: opening makes the bot publish again. */
  async read() {
    const { me } = this.pane;
    const { home } = await this.pane.api.get("home", { person: me });
    if (me === this.pane.me) this.draw(home);
  }

  async refresh() {
    const { pane } = this;
    const { me } = pane;
    const { home } = await pane.api.post("open_home", { person: me });
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
    const inside = home?.native?.blocks?.length
      ? pane.skin.blocks(view, home.native.blocks)
      : el("p", { class: "empty" }, text("home-empty"));
    const head = el(
      "header",
      { class: "conversation-head" },
      el("h3", {}, pane.room ? pane.skin.roomTitle(pane.room) : ""),
      pane.main.homeTabs(true),
    );
    replace(this.element, head, el("div", { class: "home-inner words" }, inside));
  }

  async press(button) {
    const { pane } = this;
    await pane.try(() => pane.api.post("press", { person: pane.me, room: "home", message: "home", button }));
  }
}
