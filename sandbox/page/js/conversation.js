// A room's messages with the composer under them: the main one of a pane, and the thread at its side.

import { Composer } from "./composer.js";
import { el, gathered, iconButton, replace } from "./dom.js";
import { MessageList } from "./messages.js";
import { text } from "./texts.js";

const MOST_MESSAGES = 300;

export class Conversation {
  constructor(pane, { isSide }) {
    this.pane = pane;
    this.isSide = isSide;
    this.room = null;
    this.thread = null;
    this.messages = [];
    this.asked = 0;
    this.head = el("header", { class: "conversation-head" });
    this.list = new MessageList(this);
    this.composer = new Composer(this);
    this.refreshLater = gathered(() => pane.try(() => this.refresh()));
    const name = isSide ? text("thread") : text("conversation");
    this.element = el(
      "section",
      { class: ["conversation", isSide ? "side" : "main"], "aria-label": name },
      this.head,
      this.list.element,
      this.composer.element,
    );
  }

  async open(room) {
    this.composer.keepDraft();
    this.room = room;
    this.drawHead();
    this.composer.restoreDraft();
    await this.refresh({ isNew: true });
  }

  async openThread(room, thread) {
    this.composer.keepDraft();
    this.room = room;
    this.thread = thread;
    this.drawHead();
    this.composer.restoreDraft();
    await this.refresh({ isNew: true });
  }

  /** The room whose messages are shown: empty while a thread has no answer yet. */
  get shownRoom() {
    return this.isSide ? (this.thread?.id ?? "") : (this.room?.id ?? "");
  }

  get key() {
    return [this.pane.me, this.room?.id, this.thread?.root ?? ""].join("|");
  }

  concerns(room) {
    return room === this.shownRoom || room === this.room?.id;
  }

  async refresh({ isNew = false } = {}) {
    const { pane, room } = this;
    if (!room) return;
    // Answers may overtake each other; the one that was asked for last counts.
    const number = ++this.asked;
    const { me } = pane;
    const found = this.isSide ? await this.threadMessages() : await this.messagesOf(room.id);
    if (number !== this.asked || me !== pane.me) return;
    this.messages = found;
    this.list.draw(found, { isNew });
    this.drawHead();
  }

  async messagesOf(room) {
    const query = { person: this.pane.me, room, markup: true, last: MOST_MESSAGES };
    return (await this.pane.api.get("messages", query)).messages;
  }

  async threadMessages() {
    const around = await this.messagesOf(this.room.id);
    const root = around.find((message) => message.id === this.thread.root);
    if (root?.thread) this.thread.id = root.thread;
    const inside = this.thread.id ? await this.messagesOf(this.thread.id) : [];
    return root && inside[0]?.id !== root.id ? [root, ...inside] : inside;
  }

  async press(message, button) {
    await this.pane.try(() => this.pane.api.post("press", { ...this.where(message), button }));
  }

  async react(message, emoji, isOn) {
    await this.pane.try(() => this.pane.api.post("react", { ...this.where(message), emoji, is_on: isOn }));
  }

  where(message) {
    return { person: this.pane.me, room: message.room, message: message.id };
  }

  async send(typed, { files, replyTo, editing }) {
    const { api, me, skin } = this.pane;
    const said = skin.written(typed, this.pane);
    if (editing) return api.post("edit", { ...this.where(editing), text: said });
    if (said.startsWith("/") && !said.startsWith("//") && !this.pane.skin.sendsCommandsAsText && !files.length) {
      const [, name, rest] = await this.commandParts(said);
      return api.post("command", { person: me, room: this.shownRoom || this.room.id, name, arguments: rest });
    }
    if (this.isSide && !this.thread.id && !files.length) {
      return api.post("reply_in_thread", { person: me, room: this.room.id, message: this.thread.root, text: said });
    }
    return api.say({ person: me, room: this.shownRoom || this.room.id, text: said, replyTo, files });
  }

  /** "/name the rest", where a name may have several words, such as a group's subcommand. */
  async commandParts(said) {
    const known = await this.composer.completion.commands();
    const typed = said.slice(1);
    const names = known.map((command) => command.name).sort((one, other) => other.length - one.length);
    const name = names.find((one) => typed === one || typed.startsWith(`${one} `)) ?? typed.split(/\s/)[0];
    return [said, name, typed.slice(name.length).trim()];
  }

  drawHead() {
    const { skin } = this.pane;
    if (!this.room) return;
    if (this.isSide) {
      const close = iconButton("✕", text("close-thread"), () => this.pane.closeThread());
      replace(
        this.head,
        el("h3", {}, text("thread")),
        el("span", { class: "where" }, skin.roomTitle(this.room)),
        close,
      );
      return;
    }
    const parent = this.pane.roomHere(this.room.parent);
    const isHome = this.pane.placeOf.get(this.pane.me)?.isHome;
    replace(
      this.head,
      parent && iconButton("←", text("back-to", { name: parent.name }), () => this.pane.openRoom(parent.id)),
      el("h3", {}, skin.roomTitle(this.room)),
      this.room.is_closed && el("span", { class: "closed" }, text("closed")),
      (this.room.tags ?? []).map((tag) => el("span", { class: "tag" }, tag)),
      skin.hasHome && this.room.kind === "dm" && this.homeTabs(isHome),
    );
  }

  homeTabs(isHome) {
    const tab = (label, is) =>
      el(
        "button",
        {
          type: "button",
          role: "tab",
          "aria-selected": Boolean(isHome) === is,
          on: { click: () => this.pane.openHome(is) },
        },
        label,
      );
    return el("div", { class: "tabs", role: "tablist" }, tab(text("tab-messages"), false), tab(text("tab-home"), true));
  }

  drawUnread() {
    this.list.drawUnread();
  }
}
