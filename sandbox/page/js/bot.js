// The bot as a process: whether it runs, its log, and the buttons that stop, kill and start it.

import { get, post } from "./api.js";
import { el, replace } from "./dom.js";
import { confirmed, popup } from "./popup.js";
import { text } from "./texts.js";

const MOST_LINES = 500;

export class BotPanel {
  constructor(app) {
    this.app = app;
    this.state = { status: "absent" };
    this.element = el("button", {
      type: "button",
      class: "bot-button",
      "aria-haspopup": "dialog",
      on: { click: () => this.open() },
    });
    this.draw();
  }

  show(state) {
    this.state = state;
    this.draw();
    this.drawPanel?.();
  }

  draw() {
    const { status } = this.state;
    this.element.className = `bot-button is-${status}`;
    replace(this.element, el("span", { class: "lamp", "aria-hidden": "true" }), text(`bot-${status}`));
  }

  open() {
    const head = el("div", { class: "bot-head" });
    const log = el("pre", { class: "log", tabindex: 0, "aria-label": text("bot-log") });
    this.drawPanel = () => head.isConnected && this.drawHead(head);
    const panel = el("div", {}, head, this.staffChoice(), log);
    this.drawHead(head);
    popup(this.element, panel, { label: text("bot"), kind: "bot-panel" });
    this.followLog(log);
  }

  drawHead(head) {
    const { status, pid, starts, exit_code: exitCode, pause_seconds: pause } = this.state;
    const facts = [
      pid ? text("bot-pid", { pid }) : "",
      starts > 1 ? text("bot-starts", { count: starts }) : "",
      exitCode !== null && exitCode !== undefined && status !== "running" ? text("bot-exit", { code: exitCode }) : "",
      status === "crashed" ? text("bot-pause", { seconds: pause }) : "",
    ].filter(Boolean);
    const isUp = status === "running" || status === "crashed";
    const act = (name, isOffered, kind) =>
      el(
        "button",
        {
          type: "button",
          class: kind,
          disabled: !isOffered,
          on: { click: () => this.app.try(() => post(`/control/bot/${name}`)) },
        },
        text(`bot-do-${name}`),
      );
    replace(
      head,
      el("h2", {}, text("bot"), " ", el("span", { class: `state is-${status}` }, text(`bot-${status}`))),
      el("p", { class: "facts" }, status === "absent" ? text("bot-absent-explained") : facts.join(" · ")),
      status !== "absent" &&
        el("div", { class: "choices" }, act("start", !isUp, "primary"), act("stop", isUp), act("kill", isUp, "danger")),
    );
  }

  staffChoice() {
    const choose = async (event) => {
      const chosen = event.target.value;
      const isSure = await confirmed({
        title: text("staff-move", { platform: text(`platform-${chosen}`) }),
        detail: text("staff-move-detail"),
        yes: text("start-afresh"),
        no: text("cancel"),
      });
      if (isSure) await this.app.try(() => post("/control/reset", { staff_platform: chosen }));
      else event.target.value = this.app.staffPlatform;
    };
    const options = [...this.app.panes.keys()].map((platform) =>
      el("option", { value: platform, selected: platform === this.app.staffPlatform }, text(`platform-${platform}`)),
    );
    const afresh = async () => {
      const isSure = await confirmed({
        title: text("start-afresh"),
        detail: text("start-afresh-detail"),
        yes: text("start-afresh"),
        no: text("cancel"),
      });
      if (isSure) await this.app.try(() => post("/control/reset", {}));
    };
    return el(
      "div",
      { class: "staff-choice" },
      el("label", {}, text("staff-on"), " ", el("select", { on: { change: choose } }, options)),
      el("button", { type: "button", on: { click: afresh } }, text("start-afresh")),
    );
  }

  /** Show the lines there are and the new ones as they come, as long as the panel is open. */
  async followLog(log) {
    let last = 0;
    for (let isFirst = true; log.isConnected; isFirst = false) {
      const read = await get("/control/bot/log", { after: last, wait: isFirst ? 0 : 20 }).catch(() => null);
      if (!read || !log.isConnected) return;
      const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
      for (const line of read.lines) log.append(el("span", {}, `${line.text}\n`));
      while (log.children.length > MOST_LINES) log.firstChild.remove();
      if (!read.lines.length && isFirst) log.append(el("span", { class: "empty" }, `${text("log-empty")}\n`));
      last = read.lines.at(-1)?.number ?? last;
      if (isAtEnd) log.scrollTop = log.scrollHeight;
    }
  }
}
