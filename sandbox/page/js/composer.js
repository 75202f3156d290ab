// Where a person writes: text, files, answers and edits, with the commands of the place after a slash.

import { Completion } from "./completion.js";
import { add, el, iconButton, replace } from "./dom.js";
import { pickable } from "./emoji.js";
import { popup } from "./popup.js";
import { fileSize, text } from "./texts.js";

const drafts = new Map();

export class Composer {
  constructor(conversation) {
    this.conversation = conversation;
    this.files = [];
    this.replyTo = null;
    this.editing = null;
    this.isSending = false;
    this.element = this.build();
    this.completion = new Completion(this);
    this.element.prepend(this.completion.element);
  }

  build() {
    this.context = el("div", { class: "composer-context", hidden: true });
    this.chips = el("div", { class: "chips", hidden: true });
    this.input = el("textarea", {
      rows: 1,
      class: "composer-input",
      autocomplete: "off",
      spellcheck: "false",
      on: {
        input: () => this.onInput(),
        keydown: (event) => this.onKey(event),
        paste: (event) => this.onPaste(event),
        blur: () => setTimeout(() => document.activeElement !== this.input && this.completion.hide(), 150),
      },
    });
    const picker = el("input", {
      type: "file",
      multiple: true,
      hidden: true,
      tabindex: -1,
      on: { change: () => this.attach(picker.files) },
    });
    const attach = iconButton("+", text("attach"), () => picker.click(), { class: "attach" });
    const emoji = iconButton("☺", text("insert-emoji"), () => this.pickEmoji(emoji), { class: "emoji-button" });
    this.sendButton = iconButton("➤", text("send"), () => this.send(), { class: "send" });
    const box = el("div", { class: "composer-box" }, attach, this.input, emoji, this.sendButton, picker);
    return el(
      "form",
      {
        class: "composer",
        on: {
          submit: (event) => event.preventDefault(),
          dragover: (event) => event.preventDefault(),
          drop: (event) => {
            event.preventDefault();
            this.attach(event.dataTransfer.files);
          },
        },
      },
      this.context,
      this.chips,
      box,
    );
  }

  get pane() {
    return this.conversation.pane;
  }

  focus() {
    this.input.focus();
  }

  // Drafts: what was begun in one place waits there.

  keepDraft() {
    if (!this.conversation.room) return;
    if (this.input.value && !this.editing) drafts.set(this.conversation.key, this.input.value);
    else drafts.delete(this.conversation.key);
  }

  restoreDraft() {
    this.clear();
    this.set(drafts.get(this.conversation.key) ?? "");
    const hint = this.pane.skin.composerHint(this.conversation);
    this.input.placeholder = hint;
    this.input.setAttribute("aria-label", hint);
    this.completion.forget();
  }

  set(value) {
    this.input.value = value;
    this.onInput();
  }

  clear() {
    this.files = [];
    this.replyTo = null;
    this.editing = null;
    this.input.value = "";
    this.drawContext();
    this.drawFiles();
    this.fit();
  }

  onInput() {
    this.fit();
    this.sendButton.disabled = !this.input.value.trim() && !this.files.length;
    this.completion?.update();
  }

  fit() {
    this.input.style.height = "auto";
    // Behind a thread the composer has no height to go by; it is one line then, as when it was made.
    if (this.input.scrollHeight) this.input.style.height = `${Math.min(this.input.scrollHeight, 160)}px`;
  }

  onKey(event) {
    if (event.isComposing || this.completion.onKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !this.input.value && !this.editing) {
      event.preventDefault();
      const mine = this.conversation.messages.filter((message) => message.author.id === this.pane.me);
      if (mine.length) this.edit(mine.at(-1));
    } else if (event.key === "Escape") {
      if (this.editing || this.replyTo) this.clear();
      else this.input.blur();
    }
  }

  async send() {
    // On Slack a space before the slash makes a command a message, which is how threads can have it.
    const isMessage = this.conversation.pane.platform === "slack" && /^\s+\//.test(this.input.value);
    const said = `${isMessage ? " " : ""}${this.input.value.trim()}`;
    if (this.isSending || (!said && !this.files.length)) return;
    this.isSending = true;
    this.sendButton.disabled = true;
    this.completion.hide();
    const { files, replyTo, editing } = this;
    const wentOut = await this.pane.try(async () => {
      await this.conversation.send(said, { files, editing, replyTo: replyTo?.id ?? "" });
      return true;
    });
    this.isSending = false;
    if (wentOut) {
      this.clear();
      drafts.delete(this.conversation.key);
      this.conversation.refreshLater();
      this.conversation.list.toEnd();
    }
    this.onInput();
    this.completion.hide();
    this.focus();
  }

  // Answers and edits

  reply(message) {
    this.editing = null;
    this.replyTo = message;
    this.drawContext();
    this.focus();
  }

  edit(message) {
    this.replyTo = null;
    this.editing = message;
    this.set(message.native.content ?? message.native.text ?? message.native.caption ?? message.text);
    this.drawContext();
    this.focus();
  }

  drawContext() {
    const about = this.replyTo ?? this.editing;
    this.context.hidden = !about;
    if (!about) return replace(this.context);
    const title = this.replyTo ? text("replying-to", { name: about.author.name }) : text("editing");
    return replace(
      this.context,
      el("div", { class: "context-text" }, el("strong", {}, title), el("span", {}, about.text)),
      iconButton("✕", text("cancel"), () => {
        this.clear();
        this.onInput();
        this.focus();
      }),
    );
  }

  // Files

  attach(files) {
    this.files = [...this.files, ...files];
    this.drawFiles();
    this.onInput();
    this.focus();
  }

  drawFiles() {
    this.chips.hidden = !this.files.length;
    replace(
      this.chips,
      this.files.map((file) => {
        const chip = el(
          "span",
          { class: "chip" },
          el("span", { class: "chip-name" }, file.name),
          el("small", {}, fileSize(file.size)),
        );
        const drop = () => {
          this.files = this.files.filter((other) => other !== file);
          this.drawFiles();
          this.onInput();
        };
        return add(chip, iconButton("✕", text("remove-file", { name: file.name }), drop));
      }),
    );
  }

  onPaste(event) {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    this.attach(event.clipboardData.files);
  }

  pickEmoji(anchor) {
    const grid = el("div", { class: "emoji-grid" });
    const close = popup(anchor, grid, { label: text("insert-emoji"), kind: "picker" });
    for (const [name, character] of pickable(this.pane.platform)) {
      const choose = () => {
        close({ keepsFocus: true });
        this.input.setRangeText(character, this.input.selectionStart, this.input.selectionEnd, "end");
        this.focus();
        this.onInput();
      };
      grid.append(el("button", { type: "button", title: name, "aria-label": name, on: { click: choose } }, character));
    }
    grid.querySelector("button").focus();
  }
}
