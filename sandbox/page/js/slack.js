// How Slack looks: an aubergine sidebar, messages with blocks, threads at the side, an App Home.

import { behindWords, el } from "./dom.js";
import { choosePerson } from "./pane_menu.js";
import { isOnlyEmoji } from "./markup.js";
import { drawBlocks } from "./slack_blocks.js";
import { attached, slackFiles } from "./slack_files.js";
import { isOnlyEmojiIn } from "./slack_rich_text.js";
import { text } from "./texts.js";

const SERVICE = new Set([
  "channel_join",
  "channel_leave",
  "group_join",
  "group_leave",
  "channel_topic",
  "channel_purpose",
  "tombstone",
]);

export const slack = {
  name: "slack",
  listsThreads: false,
  sendsCommandsAsText: false,
  hasHome: true,
  blocks: drawBlocks,

  logo: () => el("span", { class: "logo logo-slack", "aria-hidden": "true" }, "#"),

  sidebarHead: () => el("p", { class: "workspace" }, text("workspace-slack")),

  roomGroups(rooms) {
    const shown = rooms.filter((room) => room.kind !== "thread");
    return [
      { title: text("channels"), rooms: shown.filter((room) => room.kind !== "dm") },
      { title: text("direct-messages"), rooms: shown.filter((room) => room.kind === "dm") },
    ];
  },

  roomSign: (room) =>
    el(
      "span",
      { class: "room-sign", "aria-hidden": "true" },
      room.kind === "dm" ? "●" : room.kind === "group" ? "🔒" : "#",
    ),

  roomName: (room) => room.name.replace(/^#/, ""),

  roomTitle: (room) => (room.kind === "dm" ? room.name : `#${slack.roomName(room)}`),

  composerHint({ room, isSide }) {
    return isSide ? text("hint-thread") : text("hint-message", { room: slack.roomTitle(room) });
  },

  emptyRoom: ({ room }) =>
    el("div", { class: "empty" }, el("p", {}, text("empty-room", { room: room ? slack.roomTitle(room) : "" }))),

  replyButton(conversation, message) {
    if (conversation.isSide) return null;
    return el(
      "button",
      {
        type: "button",
        class: "icon",
        title: text("reply-in-thread"),
        "aria-label": text("reply-in-thread"),
        on: { click: () => conversation.pane.openThread(message) },
      },
      "💬",
    );
  },

  openThread: (pane, message) => pane.openThread(message),

  messageActions: (conversation, message) =>
    conversation.isSide
      ? []
      : [{ sign: "💬", label: text("reply-in-thread"), run: () => conversation.pane.openThread(message) }],

  paneActions(pane, anchor) {
    const { room } = pane;
    if (!room || room.kind !== "channel") return [];
    const others = pane.people.filter((person) => !person.is_bot && person.id !== pane.me);
    const ask = (call) => (person) =>
      pane.try(() => pane.api.post(call, { person: pane.me, room: room.id, invited: person.id }));
    const offer = (call, sign) => ({
      sign,
      label: text(`slack-${call}`, { name: slack.roomTitle(room) }),
      run: () => choosePerson(pane, anchor, text(`slack-${call}`, { name: slack.roomTitle(room) }), others, ask(call)),
    });
    return [offer("invite", "→"), offer("remove", "←")];
  },

  /** The latest card in the room, or the thread under it. */
  async openTicket(pane, isThread) {
    const card = pane.main.messages.findLast(
      (message) => message.author.is_bot && message.buttons.length && !message.is_private,
    );
    if (isThread && card) await pane.openThread(card);
    else if (!pane.side.element.hidden) pane.closeThread();
  },

  mentions: (pane) =>
    [...(pane.bot ? [pane.bot] : []), ...pane.people].map(({ name }) => ({ name, mention: `@${name}` })),

  written: (typed) => typed,

  /** Slack tells the bot when somebody opens their conversation with it. */
  onOpen: (pane, room) => room.kind === "dm" && pane.api.post("open_messages_tab", { person: pane.me }),

  message(view) {
    const { message, isTogether } = view;
    const { native } = message;
    if (SERVICE.has(native.subtype)) return el("p", { class: "service" }, message.text);
    return [
      isTogether ? el("span", { class: "gutter" }, view.time()) : view.avatar(),
      el(
        "div",
        { class: "content" },
        message.is_private && el("p", { class: "only-you" }, "👁 ", text("only-you")),
        !isTogether &&
          el(
            "header",
            {},
            el("strong", { class: "author" }, message.author.name),
            message.author.is_bot && el("span", { class: "app" }, text("app")),
            view.time(),
          ),
        native.subtype === "huddle_thread" ? huddle(view) : said(view),
        (native.attachments ?? []).map((attachment) => attached(view, attachment)),
        slackFiles(view),
        view.reactions(),
        view.threadBar(),
      ),
    ];
  },
};

/** A bot's layout changes as its buttons do; Slack calls only words edited. */
function isCard(message) {
  return message.author.is_bot && message.native.blocks?.some((block) => block.type !== "rich_text");
}

function said(view) {
  const { native, text: plain } = view.message;
  const isLarge = native.blocks?.length ? isOnlyEmojiIn(native.blocks) : isOnlyEmoji(plain);
  const shown = el("div", { class: ["words", isLarge && "is-jumbo"] }, words(view));
  return behindWords(shown, !isCard(view.message) && view.edited());
}

function huddle(view) {
  return el(
    "div",
    { class: "huddle" },
    el("span", { class: "huddle-sign", "aria-hidden": "true" }, "🎧"),
    el(
      "span",
      {},
      el("strong", {}, text("huddle")),
      el("small", {}, text("huddle-by", { name: view.message.author.name })),
    ),
  );
}

function words(view) {
  const { native, text: plain } = view.message;
  if (native.blocks?.length) return drawBlocks(view, native.blocks);
  return el("div", { class: "block section" }, view.tree("mrkdwn", native.text ?? plain));
}
