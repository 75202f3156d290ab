// A forum: its posts or topics as cards, and the way to begin a new one.

import { el, gathered, replace } from "./dom.js";
import { unmarked } from "./markup.js";
import { text } from "./texts.js";
import { clockText } from "./time.js";

const MOST_READ = 40;

export class ForumView {
  constructor(pane) {
    this.pane = pane;
    this.latest = new Map();
    this.element = el("section", { class: "forum", hidden: true, "aria-label": text("posts") });
    this.refreshLater = gathered(() => pane.try(() => this.refresh()), 200);
  }

  get posts() {
    const { rooms, room } = this.pane;
    return rooms.filter((one) => one.parent === room?.id).reverse();
  }

  /** Something happened in a room: its card is read again, and those of posts that are new. */
  onChange(room) {
    this.latest.delete(room);
    this.refreshLater();
  }

  async refresh() {
    const { me, api } = this.pane;
    const unread = this.posts.slice(0, MOST_READ).filter((post) => !this.latest.has(post.id));
    await Promise.all(
      unread.map(async (post) =>
        this.latest.set(post.id, (await api.get("messages", { person: me, room: post.id, markup: true })).messages),
      ),
    );
    if (me === this.pane.me) this.draw();
  }

  draw() {
    const { room } = this.pane;
    if (!room) return;
    const { posts } = this;
    // Somebody who writes a new post is not disturbed.
    if (this.element.querySelector(".new-post-form")) return;
    replace(
      this.element,
      el(
        "header",
        { class: "conversation-head" },
        el("h3", {}, this.pane.skin.roomTitle(room)),
        el(
          "button",
          { type: "button", class: "new-post", on: { click: () => this.ask() } },
          this.pane.skin.newPostLabel(),
        ),
      ),
      el(
        "div",
        { class: "cards" },
        posts.map((post) => this.card(post)),
        !posts.length && el("p", { class: "empty" }, text("no-posts")),
      ),
    );
  }

  card(post) {
    const messages = this.latest.get(post.id) ?? [];
    const shown = this.pane.skin.excerptOf(messages);
    const last = messages.at(-1);
    const isUnread = this.pane.unreadOf(this.pane.me).has(post.id);
    return el(
      "button",
      {
        type: "button",
        class: ["card", post.is_closed && "is-closed", isUnread && "is-unread"],
        data: { room: post.id },
        on: { click: () => this.pane.openRoom(post.id) },
      },
      el(
        "span",
        { class: "tags" },
        post.tags.map((tag) => el("span", { class: "tag" }, tag)),
        post.is_closed && el("span", { class: "closed" }, text("closed")),
      ),
      el("strong", {}, post.name),
      shown && el("span", { class: "excerpt" }, `${shown.author.name}: ${unmarked(shown, this.pane.names)}`),
      last &&
        el("span", { class: "meta" }, text("post-meta", { count: messages.length, time: clockText(last.sent_at) })),
    );
  }

  close() {
    this.element.querySelector(".new-post-form")?.remove();
    this.draw();
  }

  ask() {
    const title = el("input", {
      type: "text",
      required: true,
      maxlength: 100,
      "aria-label": text("post-title"),
      placeholder: text("post-title"),
    });
    const words = el("textarea", {
      rows: 4,
      required: true,
      "aria-label": text("post-text"),
      placeholder: text("post-text"),
    });
    const submit = async (event) => {
      event.preventDefault();
      const { pane } = this;
      const asked = { person: pane.me, room: pane.room.id, title: title.value, text: words.value };
      const made = await pane.try(() => pane.api.post("open_thread", asked));
      if (!made) return;
      this.close();
      await pane.loadRooms();
      await pane.openRoom(made.room);
    };
    const form = el(
      "form",
      { class: "new-post-form", on: { submit } },
      title,
      words,
      el(
        "div",
        { class: "choices" },
        el("button", { type: "button", on: { click: () => this.close() } }, text("cancel")),
        el("button", { type: "submit", class: "primary" }, text("post")),
      ),
    );
    this.element.querySelector(".new-post-form")?.remove();
    this.element.querySelector(".cards").prepend(form);
    title.focus();
  }
}

/** The newest post or topic of the room in front that somebody opened; a forum's own General topic is none. */
export async function openLatestPost(pane) {
  const { room, rooms } = pane;
  const forum = rooms.find((one) => one.id === room.parent) ?? room;
  const posts = rooms.filter((one) => one.parent === forum.id && !one.id.endsWith(":1"));
  const latest = posts.findLast((post) => !post.is_closed) ?? posts.at(-1);
  if (latest) await pane.openRoom(latest.id);
}
