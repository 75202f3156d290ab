// What Telegram's people say besides words and files: places, contacts, polls, dice, lists, each as its own card.

import { add, el, outsideLink } from "./dom.js";
import { text } from "./texts.js";
import { fullText } from "./time.js";

/** The card for what is in a message, or nothing when it is words or files. */
export function drawSpecial(native) {
  const kind = Object.keys(DRAW).find((name) => native[name]);
  return kind ? DRAW[kind](native[kind], native) : null;
}

// A venue is also sent as a location, so it comes first.
const DRAW = {
  venue: (venue) =>
    el(
      "div",
      { class: "place" },
      map(venue.location),
      el("p", { class: "place-words" }, el("strong", {}, venue.title), el("small", {}, venue.address)),
    ),
  location: (place) =>
    el(
      "div",
      { class: "place" },
      map(place),
      place.live_period > 0 &&
        el("p", { class: "place-words" }, el("strong", {}, text("live-location")), el("small", {}, coordinates(place))),
    ),
  contact: (contact) => {
    const name = [contact.first_name, contact.last_name].filter(Boolean).join(" ");
    return el(
      "div",
      { class: "contact" },
      el("span", { class: "avatar tint-5", "aria-hidden": "true" }, [...(contact.first_name || "?")][0]),
      el("span", {}, el("strong", {}, name), outsideLink(`tel:${contact.phone_number}`, contact.phone_number)),
    );
  },
  poll,
  checklist,
  dice: (dice) =>
    el(
      "div",
      { class: "dice", role: "img", "aria-label": text("dice", { emoji: dice.emoji, value: dice.value }) },
      dice.emoji === "🎲"
        ? die(dice.value)
        : [el("span", { class: "emoji" }, dice.emoji), el("b", {}, String(dice.value))],
    ),
  game: (game) => card("🎮", game.title, game.description),
  invoice: (invoice) => card("🧾", invoice.title, invoice.description, amount(invoice)),
  story: (story) =>
    card("📖", text("story"), text("story-of", { name: story.chat?.title ?? story.chat?.first_name ?? "" })),
  gift: (gift) => card("🎁", text("gift"), gift.text),
  unique_gift: (gift) => card("🎁", text("gift"), gift.gift?.base_name),
  users_shared: (shared) =>
    card("👥", (shared.users ?? []).map((user) => user.first_name ?? user.user_id).join(", "), ""),
  web_app_data: (data) => card("📲", data.button_text, data.data),
};

function card(sign, title, detail, extra) {
  return el(
    "div",
    { class: "card-special" },
    el("span", { class: "card-sign", "aria-hidden": "true" }, sign),
    el("span", {}, el("strong", {}, title ?? ""), detail && el("small", {}, detail), extra && el("b", {}, extra)),
  );
}

function amount({ currency, total_amount: units }) {
  try {
    const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
    return format.format(units / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${units} ${currency}`;
  }
}

function coordinates({ latitude, longitude }) {
  return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}

const BLOCK_PIXELS = 96;

/** No map is fetched from anywhere: streets are drawn, always the same for the same place. */
function map(place) {
  const { latitude, longitude } = place;
  const address = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  const link = outsideLink(
    address,
    el("span", { class: ["pin", place.live_period && "is-live"], "aria-hidden": "true" }),
  );
  link.className = "map";
  link.setAttribute("aria-label", text("on-the-map", { place: coordinates(place) }));
  const [x, y] = [longitude, latitude].map((degrees) => Math.round(((degrees * 7_919) % 1) * BLOCK_PIXELS));
  link.style.backgroundPosition = `${x}px ${y}px, ${-y}px ${x}px, ${x}px ${y}px, ${y}px ${x}px, 0 0`;
  return link;
}

const PIPS = { 1: [5], 2: [1, 9], 3: [1, 5, 9], 4: [1, 3, 7, 9], 5: [1, 3, 5, 7, 9], 6: [1, 3, 4, 6, 7, 9] };

function die(value) {
  const pips = new Set(PIPS[value] ?? []);
  return el(
    "span",
    { class: "die" },
    Array.from({ length: 9 }, (_, index) => el("i", { class: pips.has(index + 1) && "pip" })),
  );
}

function poll(asked) {
  const total = asked.total_voter_count ?? 0;
  const option = ({ text: words, voter_count: count = 0 }) => {
    const bar = total > 0 && el("i", { class: "bar", "aria-hidden": "true" });
    if (bar) bar.style.width = `${Math.round((count / total) * 100)}%`;
    return el("li", {}, el("i", { class: "ring", "aria-hidden": "true" }), el("span", {}, words), bar);
  };
  const kind = asked.type === "quiz" ? "quiz" : "poll";
  return el(
    "div",
    { class: "poll", role: "group", "aria-label": asked.question },
    el("p", { class: "poll-question" }, asked.question),
    el("small", {}, text(asked.is_anonymous === false ? `public-${kind}` : `anonymous-${kind}`)),
    el("ul", {}, (asked.options ?? []).map(option)),
    el("small", { class: "poll-votes" }, total ? text("votes", { count: total }) : text("no-votes")),
  );
}

function checklist(list) {
  const tasks = list.tasks ?? [];
  const done = tasks.filter((task) => task.completion_date);
  const row = (task) =>
    el(
      "li",
      { class: task.completion_date && "is-done", title: task.completion_date && fullText(task.completion_date) },
      el("i", { class: "ring", role: "img", "aria-label": text(task.completion_date ? "done" : "not-done") }, "✓"),
      el("span", {}, task.text),
    );
  return add(
    el("div", { class: "poll checklist", role: "group", "aria-label": list.title }),
    el("p", { class: "poll-question" }, list.title),
    el("small", {}, text("checklist")),
    el("ul", {}, tasks.map(row)),
    el("small", { class: "poll-votes" }, text("tasks-done", { done: done.length, count: tasks.length })),
  );
}
