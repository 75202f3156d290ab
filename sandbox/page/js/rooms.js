// The list of rooms at the left of a pane.

import { el, replace } from "./dom.js";
import { text } from "./texts.js";

const MOST_INNER = 12;

export class RoomList {
  constructor(pane) {
    this.pane = pane;
    this.list = el("div", { class: "room-groups" });
    this.element = el("nav", { class: "rooms", "aria-label": text("rooms") }, pane.skin.sidebarHead(), this.list);
  }

  draw() {
    const { rooms, skin } = this.pane;
    const hadFocus = this.list.contains(document.activeElement) && document.activeElement.dataset.room;
    const outer = rooms.filter((room) => !rooms.some((other) => other.id === room.parent));
    const groups = skin.roomGroups(outer).filter((group) => group.rooms.length);
    replace(
      this.list,
      groups.map((group) => [
        group.title && el("h3", {}, group.title),
        el(
          "ul",
          {},
          group.rooms.map((room) => this.item(room, rooms)),
        ),
      ]),
    );
    this.drawUnread();
    if (hadFocus) this.list.querySelector(`[data-room="${CSS.escape(hadFocus)}"]`)?.focus();
  }

  item(room, rooms) {
    const inner = this.innerRooms(room, rooms);
    return el(
      "li",
      {},
      this.button(room),
      inner.length > 0 &&
        el(
          "ul",
          { class: "inner" },
          inner.map((one) => el("li", {}, this.button(one))),
        ),
    );
  }

  /** Threads, posts and topics: the latest ones that are open, and those that are unread or in front. */
  innerRooms(room, rooms) {
    if (!this.pane.skin.listsThreads) return [];
    const unread = this.pane.unreadOf(this.pane.me);
    const inner = rooms.filter((one) => one.parent === room.id);
    const open = inner.filter((one) => !one.is_closed).slice(-MOST_INNER);
    return inner.filter((one) => open.includes(one) || unread.has(one.id) || one.id === this.pane.room?.id);
  }

  button(room) {
    const isHere = room.id === this.pane.room?.id;
    return el(
      "button",
      {
        type: "button",
        class: ["room", `kind-${room.kind}`, room.is_closed && "is-closed"],
        "aria-current": isHere ? "page" : undefined,
        title: room.name,
        data: { room: room.id, name: room.name },
        on: { click: () => this.pane.openRoom(room.id) },
      },
      this.pane.skin.roomSign(room),
      el("span", { class: "room-name" }, this.pane.skin.roomName(room)),
      el("span", { class: "dot", "aria-hidden": "true" }),
    );
  }

  drawUnread() {
    const unread = [...this.pane.unreadOf(this.pane.me)];
    for (const button of this.list.querySelectorAll(".room")) {
      const id = button.dataset.room;
      const isUnread = unread.some(
        (room) => room === id || room.startsWith(`${id}:`) || this.pane.roomHere(room)?.parent === id,
      );
      button.classList.toggle("is-unread", isUnread);
      button.setAttribute(
        "aria-label",
        isUnread ? text("room-unread", { name: button.dataset.name }) : button.dataset.name,
      );
    }
  }
}
