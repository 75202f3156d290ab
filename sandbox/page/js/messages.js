// The messages of a room: only what changed is drawn anew, so that nobody loses their place.

import { avatar } from "./people.js";
import { el, iconButton } from "./dom.js";
import { emojiCalled, pickable } from "./emoji.js";
import { drawn, lineOf } from "./markup.js";
import { menu, popup } from "./popup.js";
import { text } from "./texts.js";
import { clockText, dayText, fullText, isSameDay } from "./time.js";

const TOGETHER_SECONDS = 300;
const NEAR_END_PIXELS = 80;

export class MessageList {
  constructor(conversation) {
    this.conversation = conversation;
    this.rows = new Map();
    this.inner = el("div", { class: "messages-inner" });
    this.element = el(
      "div",
      { class: "messages", role: "log", "aria-live": "polite", "aria-label": text("messages"), tabindex: 0 },
      this.inner,
    );
  }

  draw(messages, { isNew }) {
    const isAtEnd = isNew || this.isAtEnd();
    if (isNew) this.rows.clear();
    const kept = new Map();
    const wanted = [];
    let previous = null;
    for (const message of this.conversation.pane.skin.arranged?.(messages) ?? messages) {
      if (!previous || !isSameDay(previous.sent_at, message.sent_at))
        wanted.push(this.row(kept, `day ${dayText(message.sent_at)}`, "", () => daySeparator(message)));
      const isTogether = Boolean(previous) && this.belongTogether(previous, message);
      const signature = JSON.stringify([message, isTogether, this.conversation.pane.me]);
      wanted.push(this.row(kept, message.id, signature, () => this.message(message, isTogether)));
      previous = message;
    }
    if (!messages.length)
      wanted.push(this.row(kept, "empty", "", () => this.conversation.pane.skin.emptyRoom(this.conversation)));
    this.rows = kept;
    arrange(this.inner, wanted);
    this.drawUnread();
    if (isAtEnd) this.toEnd();
  }

  belongTogether(previous, message) {
    // In a thread every message answers the first one, so only that one stands apart.
    const isApart = this.conversation.isSide ? previous.id === message.reply_to : Boolean(message.reply_to);
    return (
      previous.author.id === message.author.id &&
      previous.author.name === message.author.name &&
      message.sent_at - previous.sent_at < TOGETHER_SECONDS &&
      isSameDay(previous.sent_at, message.sent_at) &&
      !isApart &&
      !previous.thread &&
      previous.is_private === message.is_private
    );
  }

  row(kept, key, signature, make) {
    const before = this.rows.get(key);
    const isSame = before && before.signature === signature;
    const element = isSame ? before.element : make();
    if (before && !isSame) carryFocus(before.element, element);
    kept.set(key, { signature, element });
    return element;
  }

  isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PIXELS;
  }

  toEnd() {
    this.element.scrollTop = this.element.scrollHeight;
    // Pictures that arrive later make the list longer.
    for (const picture of this.inner.querySelectorAll("img")) {
      picture.addEventListener("load", () => this.isAtEnd() || (this.element.scrollTop = this.element.scrollHeight), {
        once: true,
      });
    }
  }

  message(message, isTogether) {
    const { conversation } = this;
    const { pane } = conversation;
    const treeOf = (source, dialect, words) => drawn(source.markup?.[dialect]?.[words] ?? [words], pane.names);
    const view = {
      message,
      pane,
      conversation,
      isTogether,
      isMine: message.author.id === pane.me,
      tree: (dialect, words) => treeOf(message, dialect, words),
      treeOf,
      line: (dialect, words) => lineOf(message.markup?.[dialect]?.[words] ?? [words], pane.names),
      jump: (id) => this.jump(id),
      press: (button) => conversation.press(message, button),
      avatar: () => avatar(message.author),
      time: () => el("time", { title: fullText(message.sent_at) }, clockText(message.sent_at)),
      edited: () => message.is_edited && el("span", { class: "edited" }, text(pane.skin.editedMark ?? "edited")),
      reactions: () => this.reactions(message),
      threadBar: () => this.threadBar(message),
    };
    return el(
      "article",
      {
        class: ["message", isTogether && "is-together", view.isMine && "is-mine", message.is_private && "is-private"],
        tabindex: -1,
        data: { message: message.id, parts: (message.parts ?? []).map((part) => part.id).join(" ") },
        "aria-label": text("message-by", { name: message.author.name }),
      },
      pane.skin.message(view),
      this.toolbar(message),
    );
  }

  /** Bring the message with this id to the front, also when it is a part of an album. */
  jump(id) {
    const safe = CSS.escape(id);
    this.inner.querySelector(`[data-message="${safe}"], [data-parts~="${safe}"]`)?.focus();
  }

  reactions(message) {
    if (!message.reactions.length) return null;
    const { pane } = this.conversation;
    const chip = (reaction) => {
      const isMine = reaction.people.includes(pane.me);
      const people = reaction.people.map((id) => pane.person(id)?.name ?? id).join(", ");
      return el(
        "button",
        {
          type: "button",
          class: "reaction",
          "aria-pressed": isMine,
          title: `${people} · ${reaction.emoji}`,
          on: { click: () => this.conversation.react(message, reaction.emoji, !isMine) },
        },
        el(
          "span",
          { class: "emoji" },
          pane.platform === "slack" ? emojiCalled(reaction.emoji) : reaction.emoji.split(":")[0],
        ),
        el("span", { class: "count" }, String(reaction.people.length)),
      );
    };
    return el("div", { class: "reactions" }, message.reactions.map(chip));
  }

  /** "3 replies" under a message that a thread hangs on. */
  threadBar(message) {
    const { conversation } = this;
    if (!message.thread || conversation.isSide) return null;
    const count = message.native.reply_count ?? message.native.thread?.message_count ?? 0;
    const open = () => conversation.pane.skin.openThread(conversation.pane, message);
    return el(
      "button",
      { type: "button", class: "thread-bar", data: { thread: message.thread }, on: { click: open } },
      el("span", { class: "dot", "aria-hidden": "true" }),
      count ? text("replies", { count }) : text("view-thread"),
    );
  }

  drawUnread() {
    const unread = this.conversation.pane.unreadOf(this.conversation.pane.me);
    for (const bar of this.inner.querySelectorAll(".thread-bar"))
      bar.classList.toggle("is-unread", unread.has(bar.dataset.thread));
  }

  toolbar(message) {
    const { conversation } = this;
    const { pane } = conversation;
    const react = iconButton("☺", text("add-reaction"), () => this.pickReaction(react, message));
    const more = iconButton("⋯", text("message-menu"), () => this.openMenu(more, message));
    return el(
      "div",
      { class: "toolbar", role: "toolbar", "aria-label": text("message-actions") },
      react,
      pane.skin.replyButton(conversation, message),
      more,
    );
  }

  pickReaction(anchor, message) {
    const { conversation } = this;
    const given = (emoji) =>
      message.reactions.some((one) => one.emoji === emoji && one.people.includes(conversation.pane.me));
    const grid = el("div", { class: "emoji-grid" });
    const close = popup(anchor, grid, { label: text("add-reaction"), kind: "picker" });
    for (const [emoji, character] of pickable(conversation.pane.platform)) {
      const choose = () => {
        close();
        conversation.react(message, emoji, !given(emoji));
      };
      grid.append(
        el("button", { type: "button", title: emoji, "aria-label": emoji, on: { click: choose } }, character),
      );
    }
    grid.querySelector("button").focus();
  }

  async openMenu(anchor, message) {
    const { conversation } = this;
    const { pane } = conversation;
    const shortcuts = (await pane.try(() => pane.shortcuts())) ?? [];
    const isMine = message.author.id === pane.me;
    const actions = [
      ...pane.skin.messageActions(conversation, message),
      { sign: "📋", label: text("copy-text"), run: () => navigator.clipboard?.writeText(message.text) },
      isMine && { sign: "✎", label: text("edit-message"), run: () => conversation.composer.edit(message) },
      isMine && {
        sign: "🗑",
        label: text("delete-message"),
        isDangerous: true,
        run: () => pane.try(() => pane.api.post("delete", conversation.where(message))),
      },
      shortcuts.length > 0 && null,
      ...shortcuts.map((shortcut) => ({
        sign: "⚡",
        label: shortcut.description || shortcut.name,
        run: () => pane.try(() => pane.api.post("shortcut", { ...conversation.where(message), name: shortcut.name })),
      })),
    ].filter((action) => action !== false);
    menu(anchor, text("message-menu"), actions);
  }
}

function daySeparator(message) {
  return el("div", { class: "day", role: "separator" }, el("span", {}, dayText(message.sent_at)));
}

function arrange(parent, wanted) {
  const isWanted = new Set(wanted);
  for (const child of [...parent.children]) if (!isWanted.has(child)) child.remove();
  wanted.forEach((element, index) => {
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
}

/** When a message is drawn anew under someone's fingers, the focus goes to the same button of the new one. */
function carryFocus(before, after) {
  if (!before.contains(document.activeElement)) return;
  const { click } = document.activeElement.dataset;
  requestAnimationFrame(() =>
    (after.querySelector(`[data-click="${CSS.escape(click ?? "")}"]`) ?? after).focus({ preventScroll: true }),
  );
}
