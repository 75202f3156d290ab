// How Discord looks: dark, channels and forum posts, embeds, components, and messages that only you can see.

import { behindWords, el } from "./dom.js";
import { drawComponents } from "./discord_components.js";
import { drawEmbed } from "./discord_embeds.js";
import { discordFiles, drawSpecial, forwarded } from "./discord_special.js";
import { openLatestPost } from "./forum.js";
import { isOnlyEmoji } from "./markup.js";
import { text } from "./texts.js";

const COMPONENTS_V2 = 1 << 15;
const LOADING = 1 << 7;
const ORDINARY_TYPES = new Set([0, 19, 20, 21, 23]);

export const discord = {
  name: "discord",
  listsThreads: true,
  sendsCommandsAsText: false,
  hasHome: false,

  logo: () => el("span", { class: "logo logo-discord", "aria-hidden": "true" }, "◕"),

  sidebarHead: () => el("p", { class: "workspace" }, text("workspace-discord")),

  roomGroups: (rooms) => [
    { title: text("direct-messages"), rooms: rooms.filter((room) => room.kind === "dm") },
    { title: text("channels"), rooms: rooms.filter((room) => room.kind !== "dm") },
  ],

  roomSign: (room) =>
    el("span", { class: "room-sign", "aria-hidden": "true" }, { dm: "@", forum: "🗨", thread: "↳" }[room.kind] ?? "#"),

  roomName: (room) => room.name,

  roomTitle: (room) => (room.kind === "channel" ? `#${room.name}` : room.name),

  excerptOf: (messages) => messages[0],

  newPostLabel: () => text("new-post"),

  composerHint: ({ room }) => text("hint-message", { room: discord.roomTitle(room) }),

  emptyRoom: ({ room }) =>
    el("div", { class: "empty" }, el("p", {}, text("empty-room", { room: room ? discord.roomTitle(room) : "" }))),

  replyButton: (conversation, message) =>
    el(
      "button",
      {
        type: "button",
        class: "icon",
        title: text("reply"),
        "aria-label": text("reply"),
        on: { click: () => conversation.composer.reply(message) },
      },
      "↩",
    ),

  openThread: (pane, message) => pane.openRoom(message.thread),

  messageActions: (conversation, message) => [
    { sign: "↩", label: text("reply"), run: () => conversation.composer.reply(message) },
    ...(conversation.room.kind === "channel" && !message.thread
      ? [{ sign: "#", label: text("create-thread"), run: () => conversation.pane.openThread(message) }]
      : []),
  ],

  paneActions: () => [],

  openTicket: (pane) => openLatestPost(pane),

  mentions: (pane) =>
    [...(pane.bot ? [pane.bot] : []), ...pane.people].map(({ name }) => ({ name, mention: `@${name}` })),

  /** Discord's client sends ids where people see names. */
  written(typed, pane) {
    const named = [...pane.people, ...(pane.bot ? [pane.bot] : [])].sort(
      (one, other) => other.name.length - one.name.length,
    );
    return named.reduce((said, person) => said.replaceAll(`@${person.name}`, `<@${person.id}>`), typed);
  },

  onOpen: () => undefined,

  message(view) {
    const { message, isTogether } = view;
    const { native } = message;
    if (!ORDINARY_TYPES.has(native.type ?? 0))
      return el("p", { class: "service" }, message.text || text("service-message"));
    const used = native.interaction_metadata ?? native.interaction;
    return [
      answered(view),
      used?.name &&
        el(
          "p",
          { class: "answered" },
          el("strong", {}, used.user?.global_name ?? used.user?.username ?? ""),
          ` ${text("used")} `,
          el("span", { class: "mention" }, `/${used.name}`),
        ),
      isTogether ? el("span", { class: "gutter" }, view.time()) : view.avatar(),
      el(
        "div",
        { class: "content" },
        !isTogether &&
          el(
            "header",
            {},
            el("strong", { class: "author" }, message.author.name),
            message.author.is_bot && el("span", { class: "app" }, text("app-discord")),
            view.time(),
          ),
        behindWords(
          el("div", { class: ["words", isOnlyEmoji(native.content ?? "") && "is-jumbo"] }, words(view)),
          view.edited(),
        ),
        forwarded(view),
        discordFiles(view),
        drawSpecial(view),
        native.flags & COMPONENTS_V2 ? null : drawComponents(view, native.components ?? []),
        view.reactions(),
        view.threadBar(),
        message.is_private && el("p", { class: "only-you" }, "👁 ", text("only-you")),
      ),
    ];
  },
};

function words(view) {
  const { native } = view.message;
  if (native.flags & LOADING)
    return el("p", { class: "thinking" }, text("thinking", { name: view.message.author.name }));
  return [
    native.content && view.tree("discord", native.content),
    (native.embeds ?? []).map((embed) => drawEmbed(view, embed)),
    native.flags & COMPONENTS_V2 ? drawComponents(view, native.components ?? []) : null,
  ];
}

/** The line above a message that says what it answers. */
function answered(view) {
  const { native } = view.message;
  if (!native.message_reference || native.type !== 19) return null;
  const source = native.referenced_message;
  const shown = source
    ? [
        el("strong", {}, view.pane.names.person(source.author.id) ?? source.author.username),
        " ",
        source.content ? view.line("discord", source.content) : text("click-to-see"),
      ]
    : text("deleted-message");
  const jump = () => view.jump(native.message_reference.message_id);
  return el("button", { type: "button", class: "answered", on: { click: jump } }, shown);
}
