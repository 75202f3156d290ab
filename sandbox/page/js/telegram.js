// How Telegram looks: bubbles on a pattern, inline keyboards under them, topics in groups.

import { el, outsideLink } from "./dom.js";
import { fileList } from "./files.js";
import { openLatestPost } from "./forum.js";
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
const TEXTLESS = /^\[(photo|document|video|video_note|animation|audio|voice|sticker)\]$/;

export const telegram = {
  name: "telegram",
  listsThreads: true,
  sendsCommandsAsText: true,
  hasHome: false,

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
          { class: ["bubble", !message.text && "has-picture-only"] },
          !isMine && isGroup && !isTogether && el("strong", { class: "author" }, message.author.name),
          native.forward_origin && el("p", { class: "forwarded" }, text("forwarded")),
          answered(view),
          fileList(message.files),
          el("div", { class: "words" }, words(view)),
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

function words(view) {
  const { message } = view;
  const said = message.native.text ?? message.native.caption ?? message.text;
  if (TEXTLESS.test(said) && message.files.length) return null;
  return view.tree("telegram", said);
}

function answered(view) {
  const { native } = view.message;
  const source = native.reply_to_message;
  // In a topic every message answers the one that opened it; that is not worth saying.
  if (!source || "forum_topic_created" in source) return null;
  const name = [source.from?.first_name, source.from?.last_name].filter(Boolean).join(" ");
  const jump = () =>
    view.conversation.element.querySelector(`[data-message="${CSS.escape(String(source.message_id))}"]`)?.focus();
  const said = native.quote?.text ?? source.text ?? source.caption ?? text("a-file");
  return el(
    "button",
    { type: "button", class: "answered", on: { click: jump } },
    el("strong", {}, name),
    el("span", {}, said),
  );
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
