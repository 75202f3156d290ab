// How Telegram looks: bubbles on a pattern, inline keyboards under them, topics in groups.

import { el, outsideLink } from "./dom.js";
import { openLatestPost } from "./forum.js";
import { hidden, isOnlyEmoji } from "./markup.js";
import { captionsOf, fillsBubble, isRound, isSticker, telegramFiles, withAlbums } from "./telegram_files.js";
import { drawSpecial } from "./telegram_special.js";
import { text } from "./texts.js";

const SERVICE = [
  "new_chat_members",
  "left_chat_member",
  "forum_topic_created",
  "forum_topic_edited",
  "forum_topic_closed",
  "forum_topic_reopened",
  "general_forum_topic_hidden",
  "general_forum_topic_unhidden",
  "pinned_message",
];

export const telegram = {
  name: "telegram",
  listsThreads: true,
  sendsCommandsAsText: true,
  hasHome: false,
  labelsCode: true,
  editedMark: "edited-telegram",
  arranged: withAlbums,

  logo: () => el("span", { class: "logo logo-telegram", "aria-hidden": "true" }, "➤"),

  sidebarHead: () => el("p", { class: "workspace" }, text("workspace-telegram")),

  roomGroups: (rooms) => [{ title: "", rooms }],

  roomSign(room) {
    const sign = { dm: "🙌", topic: "#", supergroup: "💬" }[room.kind] ?? [...room.name][0];
    return el("span", { class: "room-sign", "aria-hidden": "true" }, sign);
  },

  roomName: (room) => room.name,

  roomTitle: (room) => room.name,

  excerptOf: (messages) => messages.findLast((message) => !isService(message)),

  newPostLabel: () => text("new-topic"),

  composerHint: () => text("hint-telegram"),

  emptyRoom(conversation) {
    const { pane, room } = conversation;
    if (room?.kind !== "dm") return el("div", { class: "empty" }, el("p", {}, text("empty-chat")));
    const start = () => pane.try(() => pane.api.say({ person: pane.me, room: room.id, text: "/start" }));
    return el(
      "div",
      { class: "empty" },
      el("p", {}, text("empty-bot-chat")),
      el("button", { type: "button", class: "start", on: { click: start } }, text("start")),
    );
  },

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
  ],

  paneActions(pane) {
    const { room } = pane;
    const say = (call, more) => () => pane.try(() => pane.api.post(call, { person: pane.me, room: room.id, ...more }));
    if (!room || room.kind === "dm") return [];
    const isTopic = room.kind === "topic";
    return [
      isTopic && {
        sign: room.is_closed ? "○" : "●",
        label: text(room.is_closed ? "reopen-topic" : "close-topic", { name: room.name }),
        run: say("close_topic", { is_closed: !room.is_closed }),
      },
      { sign: "★", label: text("bot-administrator"), run: say("set_bot_status", { status: "administrator" }) },
      { sign: "☆", label: text("bot-member"), run: say("set_bot_status", { status: "member" }) },
      { sign: "−", label: text("bot-kicked"), run: say("set_bot_status", { status: "kicked" }) },
    ];
  },

  openTicket: (pane) => openLatestPost(pane),

  mentions: (pane) => (pane.bot ? [{ name: pane.bot.name, mention: pane.bot.mention }] : []),

  written: (typed) => typed,

  onOpen: () => undefined,

  message(view) {
    const { message, isTogether, isMine } = view;
    const { native } = message;
    if (isService(message)) return el("p", { class: "service" }, message.text);
    const isGroup = native.chat?.type !== "private";
    return [
      !isMine && isGroup && (isTogether ? el("span", { class: "gutter" }) : view.avatar()),
      el(
        "div",
        { class: "bubble-column" },
        el(
          "div",
          { class: ["bubble", ...shapeOf(message)] },
          !isMine && isGroup && !isTogether && el("strong", { class: "author" }, message.author.name),
          forwarded(native),
          answered(view),
          drawSpecial(native),
          telegramFiles(view),
          words(view),
          view.reactions(),
          el(
            "span",
            { class: "stamp" },
            view.edited(),
            view.time(),
            isMine && el("span", { class: "ticks", "aria-hidden": "true" }, "✓✓"),
          ),
        ),
        keyboard(view, native.reply_markup?.inline_keyboard ?? [], "inline-keyboard"),
        keyboard(view, native.reply_markup?.keyboard ?? [], "reply-keyboard"),
      ),
    ];
  },
};

function isService(message) {
  return SERVICE.some((kind) => kind in message.native);
}

/** What the bubble looks like: without a ground under stickers, filled to its edges by pictures and maps. */
function shapeOf(message) {
  const { native } = message;
  const isBare = isSticker(native) || isRound(native) || Boolean(native.dice) || isOnlyEmoji(native.text ?? "");
  const isFull = fillsBubble(message) || Boolean(native.venue || native.location);
  const isWordless = isFull && saidIn(message) === undefined && !native.venue && !native.location?.live_period;
  return [isBare && "is-bare", isFull && "is-full", isWordless && "is-wordless"];
}

function saidIn(message) {
  const captions = captionsOf(message);
  if (captions.length > 1) return undefined;
  return message.native.text ?? captions[0];
}

function words(view) {
  const { message } = view;
  const said = saidIn(message);
  if (said !== undefined) {
    const source = (message.parts ?? []).find((part) => part.native.caption === said) ?? message;
    const isLarge = isOnlyEmoji(message.native.text ?? "");
    return el("div", { class: ["words", isLarge && "is-jumbo"] }, view.treeOf(source, "telegram", said));
  }
  if (message.files.length || drawSpecial(message.native)) return null;
  return el("div", { class: "words" }, message.text || el("em", {}, text("unsupported")));
}

function forwarded({ forward_origin: origin }) {
  if (!origin) return null;
  const user = origin.sender_user;
  const name =
    origin.sender_user_name ??
    origin.sender_chat?.title ??
    origin.chat?.title ??
    [user?.first_name, user?.last_name].filter(Boolean).join(" ");
  return el("p", { class: "forwarded" }, text("forwarded-from"), " ", el("strong", {}, name));
}

/** What it answers: in this chat or in another, and of that only what was quoted. */
function answered(view) {
  const { native } = view.message;
  const source = native.reply_to_message ?? native.external_reply;
  // In a topic every message answers the one that opened it; that is not worth saying.
  if (!source || "forum_topic_created" in source) return null;
  const jump = () => view.jump(String(source.message_id));
  const said = native.quote?.text ?? previewOf(source);
  return el(
    "button",
    { type: "button", class: ["answered", native.quote && "has-quote"], on: { click: jump } },
    el("strong", {}, nameOf(source)),
    el("span", {}, native.quote ? view.tree("telegram", said) : (said ?? text(kindOf(source)))),
  );
}

function previewOf(source) {
  const entities = source.entities ?? source.caption_entities ?? [];
  const covered = entities.filter((entity) => entity.type === "spoiler").reverse();
  const said = source.text ?? source.caption;
  return covered.reduce((words, { offset, length }) => {
    const end = offset + length;
    return words.slice(0, offset) + hidden(words.slice(offset, end)) + words.slice(end);
  }, said);
}

function nameOf({ from, origin, chat }) {
  const user = from ?? origin?.sender_user;
  const name = [user?.first_name, user?.last_name].filter(Boolean).join(" ");
  return name || origin?.sender_user_name || origin?.chat?.title || chat?.title || "";
}

const KINDS = ["photo", "video", "voice", "sticker", "audio", "video_note", "animation", "poll", "location", "contact"];

function kindOf(source) {
  const kind = KINDS.find((name) => name in source);
  return kind ? `kind-${kind}` : "a-file";
}

function keyboard(view, rows, kind) {
  if (!rows.length) return null;
  return el(
    "div",
    { class: kind },
    rows.map((row) =>
      el(
        "div",
        { class: "keys" },
        row.map((key) => keyButton(view, typeof key === "string" ? { text: key } : key)),
      ),
    ),
  );
}

function keyButton(view, key) {
  if (key.url) {
    const link = outsideLink(key.url, key.text, " ↗");
    link.className = "key";
    return link;
  }
  const id = key.callback_data ?? key.text;
  return el(
    "button",
    { type: "button", class: "key", data: { click: id }, on: { click: () => view.press(id) } },
    key.text,
  );
}
