// What a person can do on a platform besides talking: come and go, block the bot, let somebody new in.

import { el } from "./dom.js";
import { confirmed, menu, popup } from "./popup.js";
import { text } from "./texts.js";

export function paneMenu(pane, anchor) {
  const { room } = pane;
  const say = (call, body) => pane.try(() => pane.api.post(call, body));
  const about = { person: pane.me, room: room?.id };
  const name = room ? pane.skin.roomTitle(room) : "";
  const isInner = room && ["thread", "topic"].includes(room.kind);
  const actions = [
    { sign: "+", label: text("add-person"), run: () => askName(pane, anchor) },
    null,
    room &&
      room.kind !== "dm" &&
      !isInner && { sign: "→", label: text("leave-room", { name }), run: () => say("leave", about) },
    isInner && {
      sign: "🗑",
      label: text("delete-room", { name }),
      isDangerous: true,
      run: () => deleteRoom(pane, room),
    },
    ...pane.skin.paneActions(pane, anchor),
    {
      sign: "⛔",
      label: text(`block-${pane.platform}`),
      run: () => say("block_bot", { person: pane.me, is_blocked: true }),
    },
    {
      sign: "✓",
      label: text(`unblock-${pane.platform}`),
      run: () => say("block_bot", { person: pane.me, is_blocked: false }),
    },
    null,
    { sign: "⚡", label: text("drop-socket"), run: () => say("drop_connections", {}) },
  ].filter((action) => action !== false && action !== undefined);
  menu(anchor, text("pane-menu", { platform: text(`platform-${pane.platform}`) }), actions);
}

/** Choose somebody from a list next to a button. */
export function choosePerson(pane, anchor, label, people, run) {
  let close = () => undefined;
  const choose = (person) => () => {
    close();
    run(person);
  };
  const items = people.map((person) =>
    el("button", { type: "button", role: "menuitem", on: { click: choose(person) } }, person.name),
  );
  close = popup(anchor, el("div", { class: "menu-items" }, items), { label, role: "menu", kind: "menu" });
}

async function deleteRoom(pane, room) {
  const isSure = await confirmed({
    title: text("delete-room", { name: room.name }),
    detail: text("delete-room-detail"),
    yes: text("delete"),
    no: text("cancel"),
  });
  if (isSure) await pane.try(() => pane.api.post("delete_room", { room: room.id }));
}

function askName(pane, anchor) {
  const input = el("input", {
    type: "text",
    required: true,
    maxlength: 60,
    autofocus: true,
    placeholder: text("new-name"),
    "aria-label": text("new-name"),
  });
  let close = () => undefined;
  const submit = async (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (!name) return;
    close();
    const added = await pane.try(() => pane.api.post("people", { name }));
    if (!added) return;
    await pane.loadPeople();
    await pane.loadRooms();
    await pane.become(added.person.id);
  };
  const form = el(
    "form",
    { class: "one-line", on: { submit } },
    input,
    el("button", { type: "submit", class: "primary" }, text("add")),
  );
  close = popup(anchor, form, { label: text("add-person") });
}
