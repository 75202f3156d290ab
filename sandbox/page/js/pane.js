// One platform's pane: who I am, where I am, and what is to be refreshed when something happens.

import { PlatformApi, Refused } from "./api.js";
import { Conversation } from "./conversation.js";
import { el, gathered, iconButton, replace } from "./dom.js";
import { FormDialog } from "./form.js";
import { ForumView } from "./forum.js";
import { HomeView } from "./home.js";
import { paneMenu } from "./pane_menu.js";
import { PeopleBar } from "./people.js";
import { RoomList } from "./rooms.js";
import { text } from "./texts.js";
import { Toasts } from "./toast.js";

const CHANGES_ROOMS = new Set(["thread", "room", "reset"]);
const CHANGES_MESSAGES = new Set(["message", "edited", "deleted", "reaction", "thread", "answer"]);

export class Pane {
  constructor(platform, skin) {
    this.platform = platform;
    this.skin = skin;
    this.api = new PlatformApi(platform);
    this.people = [];
    this.groups = {};
    this.me = "";
    this.roomsOf = new Map();
    this.placeOf = new Map();
    this.unread = new Map();
    this.shortcutsOf = new Map();
    this.toasts = new Toasts();
    this.peopleBar = new PeopleBar(this);
    this.roomList = new RoomList(this);
    this.main = new Conversation(this, { isSide: false });
    this.side = new Conversation(this, { isSide: true });
    this.home = new HomeView(this);
    this.forum = new ForumView(this);
    this.form = new FormDialog(this);
    this.refreshRooms = gathered(() => this.try(() => this.loadRooms()), 150);
    this.refreshPeople = gathered(() => this.try(() => this.loadPeople()), 150);
    this.element = this.build();
  }

  build() {
    this.title = el("h2", { id: `${this.platform}-title` }, text(`platform-${this.platform}`));
    this.badge = el("span", { class: "fault-badge", hidden: true });
    this.about = el("p", { class: "about", "aria-live": "polite" });
    const menu = iconButton("⋯", text("pane-menu", { platform: text(`platform-${this.platform}`) }), () =>
      paneMenu(this, menu),
    );
    const drawer = iconButton("☰", text("show-rooms"), () => this.toggleRooms(), { class: "drawer" });
    this.body = el(
      "div",
      { class: "body" },
      this.main.element,
      this.forum.element,
      this.home.element,
      this.side.element,
    );
    return el(
      "section",
      { class: ["pane", `pane-${this.platform}`], "aria-labelledby": this.title.id, data: { platform: this.platform } },
      el(
        "header",
        { class: "pane-head" },
        drawer,
        this.skin.logo(),
        this.title,
        this.badge,
        this.peopleBar.element,
        menu,
      ),
      this.about,
      el(
        "div",
        { class: ["window", this.skin.name] },
        this.roomList.element,
        this.body,
        this.form.element,
        this.toasts.element,
      ),
    );
  }

  /** Do what a person asked for, and show what the platform has against it. */
  async try(work) {
    try {
      return await work();
    } catch (error) {
      this.toasts.show(error instanceof Refused ? error.message : text("not-reachable"), "error");
      if (!(error instanceof Refused)) console.error(error);
      return undefined;
    }
  }

  async load({ hasStaff }) {
    this.hasStaff = hasStaff;
    await this.loadPeople();
    await this.loadRooms();
    await this.become(this.person(this.me) ? this.me : (this.firstPerson()?.id ?? ""));
  }

  /** Where the staff sit one begins as an agent, elsewhere as a customer. */
  firstPerson() {
    const part = this.hasStaff ? "agent" : "customer";
    return this.people.find((person) => person.about.includes(part)) ?? this.people.find((person) => !person.is_bot);
  }

  async loadPeople() {
    const { people, bot, bot_mention: botMention, groups } = await this.api.get("people");
    this.people = people;
    this.groups = groups ?? {};
    this.bot = bot ? { ...bot, mention: botMention } : null;
    this.peopleBar.draw();
    this.drawAbout();
  }

  async loadRooms() {
    const humans = this.people.filter((person) => !person.is_bot);
    const found = await Promise.all(humans.map((person) => this.api.get("rooms", { person: person.id })));
    this.roomsOf = new Map(humans.map((person, index) => [person.id, found[index].rooms]));
    if (this.room && !this.roomHere(this.room.id)) await this.openRoom(this.rooms[0]?.id);
    this.drawPlace();
  }

  get rooms() {
    return this.roomsOf.get(this.me) ?? [];
  }

  get room() {
    return this.placeOf.get(this.me)?.room;
  }

  person(id) {
    return this.people.find((person) => person.id === id);
  }

  roomHere(id) {
    return this.rooms.find((room) => room.id === id);
  }

  /** Who and what the ids in a text are, for the one who reads it. */
  get names() {
    const everywhere = [...this.roomsOf.values()].flat();
    return {
      me: this.me,
      person: (id) => (this.bot?.id === id ? this.bot.name : this.person(id)?.name),
      room: (id) => everywhere.find((room) => room.id === id)?.name,
      role: (id) => this.groups[id],
      labelsCode: Boolean(this.skin.labelsCode),
    };
  }

  async become(id) {
    if (!id) return;
    this.main.composer.keepDraft();
    this.me = id;
    this.shortcutsOf.delete(id);
    this.peopleBar.draw();
    this.drawAbout();
    const place = this.placeOf.get(id) ?? {};
    await this.openRoom(place.room?.id ?? this.firstRoom()?.id, { thread: place.thread, isHome: place.isHome });
    await this.form.refresh();
  }

  /** Bring a room to the front, with the thread at its side when one was open there. */
  async openRoom(id, { thread, isHome = false } = {}) {
    const room = this.roomHere(id);
    if (!room) return;
    this.placeOf.set(this.me, { room, thread, isHome });
    this.markRead(id);
    this.element.classList.remove("shows-rooms");
    this.drawPlace();
    this.try(() => this.skin.onOpen(this, room));
    await this.try(() =>
      Promise.all([
        this.isForum(room) ? this.forum.refresh() : this.main.open(room),
        thread && this.side.openThread(room, thread),
      ]),
    );
  }

  async openThread(message) {
    const { room } = this;
    this.placeOf.set(this.me, { room, thread: { root: message.id, id: message.thread } });
    this.markRead(message.thread);
    this.drawPlace();
    await this.try(() => this.side.openThread(room, { root: message.id, id: message.thread }));
    this.side.composer.focus();
  }

  closeThread() {
    this.placeOf.set(this.me, { room: this.room });
    this.drawPlace();
    this.main.composer.fit();
    this.main.composer.focus();
  }

  async openHome(isHome) {
    this.placeOf.set(this.me, { room: this.room, isHome });
    this.drawPlace();
    await this.try(() => (isHome ? this.home.refresh() : this.main.open(this.room)));
  }

  /** Agents begin at the desk, everybody else with the bot. */
  firstRoom() {
    const isAgent = this.hasStaff && this.person(this.me)?.about.includes("agent");
    return (isAgent && this.rooms.find((room) => /support.desk/i.test(room.name))) || this.rooms[0];
  }

  isForum(room) {
    return (
      room.kind === "forum" || (room.kind === "supergroup" && this.rooms.some((inner) => inner.parent === room.id))
    );
  }

  drawPlace() {
    const { room, thread, isHome } = this.placeOf.get(this.me) ?? {};
    const isForum = Boolean(room && this.isForum(room));
    this.main.element.hidden = isForum || Boolean(isHome);
    this.forum.element.hidden = !isForum;
    this.home.element.hidden = !isHome;
    this.side.element.hidden = !thread;
    this.body.classList.toggle("has-thread", Boolean(thread));
    this.roomList.draw();
    this.main.drawHead();
    if (isForum) this.forum.draw();
  }

  drawAbout() {
    const me = this.person(this.me);
    replace(this.about, me ? [text("you-are"), " ", el("strong", {}, me.name), me.about ? ` · ${me.about}` : ""] : "");
  }

  toggleRooms() {
    this.element.classList.toggle("shows-rooms");
  }

  // What happened

  onEntry(entry) {
    if (CHANGES_ROOMS.has(entry.kind)) this.refreshRooms();
    if (entry.kind === "room") this.refreshPeople();
    if (CHANGES_MESSAGES.has(entry.kind)) this.onChange(entry);
    if (entry.kind === "message") this.onMessage(entry);
    if (entry.kind === "form") this.try(() => this.form.refresh());
    if (entry.kind === "home" && !this.home.element.hidden) this.home.refreshLater();
    if (entry.kind === "answer" && entry.data.text && entry.data.person === this.me)
      this.toasts.show(entry.data.text, "answer");
  }

  onChange(entry) {
    this.refreshConversations((conversation) => conversation.concerns(entry.room));
    if (!this.forum.element.hidden) this.forum.onChange(entry.room);
  }

  refreshConversations(isWanted = () => true) {
    for (const conversation of [this.main, this.side]) {
      if (!conversation.element.hidden && isWanted(conversation)) conversation.refreshLater();
    }
  }

  /** Light the dot of everybody who can see the room and has not got it open. */
  onMessage(entry) {
    const author = entry.data.author ?? "";
    const onlyFor = entry.data.person ?? entry.data.only_for ?? "";
    for (const [person, rooms] of this.roomsOf) {
      const isMine = person === author || (onlyFor && person !== onlyFor);
      const listed =
        rooms.find((room) => room.id === entry.room) ?? rooms.find((room) => entry.room.startsWith(`${room.id}:`));
      if (isMine || !listed || (person === this.me && this.isOpen(entry.room))) continue;
      this.unreadOf(person).add(entry.room);
    }
    this.drawUnread();
  }

  isOpen(room) {
    const { room: open, thread, isHome } = this.placeOf.get(this.me) ?? {};
    return !document.hidden && ((open?.id === room && !isHome) || thread?.id === room);
  }

  unreadOf(person) {
    if (!this.unread.has(person)) this.unread.set(person, new Set());
    return this.unread.get(person);
  }

  markRead(room) {
    if (this.unreadOf(this.me).delete(room)) this.drawUnread();
  }

  drawUnread() {
    this.peopleBar.drawUnread();
    this.roomList.drawUnread();
    this.main.drawUnread();
  }

  showFaults(faults) {
    const names = activeFaults(faults);
    this.badge.hidden = !names.length;
    replace(this.badge, names.map((name) => text(`fault-${name}-short`)).join(" · "));
  }

  async shortcuts() {
    if (!this.shortcutsOf.has(this.me)) {
      this.shortcutsOf.set(this.me, (await this.api.get("shortcuts", { person: this.me })).shortcuts);
    }
    return this.shortcutsOf.get(this.me);
  }
}

export function activeFaults(faults) {
  return Object.entries(faults)
    .filter(([name, value]) => name !== "retry_after_seconds" && value)
    .map(([name]) => name);
}
