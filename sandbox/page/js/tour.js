// The guided tour as data. `on` is a platform, or "staff" for the one with the staff space; `as` is a part in CAST;
// `room` is "dm" or "staff"; `open` brings the latest ticket's "card" or its "thread" to the front; `say` is a text that is
// put into the composer, for the person to send; `clock` moves the time.

export const CAST = {
  slack: { customer: "Carla", agent: "Ana", second: "Ben", colleague: "Priya", staffRoom: "support-desk" },
  discord: { customer: "Mia", agent: "Sam", second: "Ines", colleague: "Ola", staffRoom: "support-desk" },
  telegram: { customer: "Dana", agent: "Tom", second: "Uma", colleague: "Lea", staffRoom: "Support desk" },
};

export const TOUR = [
  { name: "ask", on: "telegram", as: "customer", room: "dm", say: "tour-ask-say" },
  { name: "human", on: "telegram", as: "customer", room: "dm", say: "tour-human-say" },
  { name: "claim", on: "staff", as: "agent", room: "staff", open: "card" },
  { name: "answer", on: "staff", as: "agent", room: "staff", open: "thread", say: "tour-answer-say" },
  { name: "note", on: "staff", as: "second", room: "staff", open: "thread", say: "tour-note-say" },
  { name: "resolve", on: "staff", as: "agent", room: "staff", open: "card" },
  { name: "rate", on: "telegram", as: "customer", room: "dm" },
  { name: "tomorrow", on: "telegram", as: "customer", room: "dm", clock: 86_400 },
  { name: "hands", on: "staff", as: "colleague", room: "dm", say: "tour-hands-say" },
  { name: "break", on: "discord", as: "customer", room: "dm", say: "tour-break-say" },
];
