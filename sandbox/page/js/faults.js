// The fault switches of the three platforms, as a panel under the bar.

import { PlatformApi } from "./api.js";
import { add, el } from "./dom.js";
import { text } from "./texts.js";

const COUNTERS = [
  ["rate_limited_calls", 3],
  ["lost_replies", 1],
  ["duplicate_deliveries", 1],
  ["server_errors", 2],
];
const SLOW_SECONDS = 3;

export function faultPanel(app) {
  const columns = el("div", { class: "fault-columns" });
  const draw = () => {
    const focused = document.activeElement?.dataset?.fault;
    columns.replaceChildren();
    for (const platform of app.panes.keys()) columns.append(column(app, platform));
    if (focused) columns.querySelector(`[data-fault="${focused}"]`)?.focus();
  };
  draw();
  app.onFaults = () => columns.isConnected && draw();
  return el(
    "div",
    {},
    el("h2", {}, text("faults")),
    el("p", { class: "explained" }, text("faults-explained")),
    columns,
  );
}

function column(app, platform) {
  const faults = app.faults.get(platform);
  const api = new PlatformApi(platform);
  const set = (change) => app.try(() => api.put("faults", change));
  const toggle = (name, isOn, change) =>
    el(
      "label",
      { class: "switch", title: text(`fault-${name}-title`) },
      el("input", {
        type: "checkbox",
        role: "switch",
        checked: isOn,
        data: { fault: `${platform}-${name}` },
        on: { change: (event) => set(change(event.target.checked)) },
      }),
      text(`fault-${name}`),
    );
  const counter = ([name, count]) =>
    el(
      "div",
      { class: "counter", title: text(`fault-${name}-title`) },
      el(
        "button",
        {
          type: "button",
          data: { fault: `${platform}-${name}` },
          on: { click: () => set({ [name]: faults[name] + count }) },
        },
        text(`fault-${name}`, { count }),
      ),
      faults[name] > 0 &&
        el(
          "button",
          { type: "button", class: "left", title: text("fault-clear"), on: { click: () => set({ [name]: 0 }) } },
          text("fault-left", { count: faults[name] }),
        ),
    );
  return add(
    el("fieldset", { class: `fault-column fault-${platform}` }, el("legend", {}, text(`platform-${platform}`))),
    toggle("is_down", faults.is_down, (isOn) => ({ is_down: isOn })),
    toggle("slow_seconds", faults.slow_seconds > 0, (isOn) => ({ slow_seconds: isOn ? SLOW_SECONDS : 0 })),
    COUNTERS.map(counter),
    el(
      "button",
      {
        type: "button",
        class: "drop",
        title: text("drop-socket-title"),
        data: { fault: `${platform}-drop` },
        on: { click: () => app.try(() => api.post("drop_connections", {})) },
      },
      text("drop-socket"),
    ),
  );
}
