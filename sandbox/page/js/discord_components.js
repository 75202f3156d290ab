// Discord's message components: rows of buttons and selects, and the newer containers, sections and texts.

import { el, outsideLink } from "./dom.js";
import { picture } from "./discord_embeds.js";
import { text } from "./texts.js";

const BUTTON_STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

export function drawComponents(view, components) {
  return components.map((component) => (DRAW[component.type] ?? unknown)(view, component));
}

const DRAW = {
  1: (view, row) => el("div", { class: "component-row" }, drawComponents(view, row.components ?? [])),
  2: button,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  9: (view, section) =>
    el(
      "div",
      { class: "component-section" },
      el("div", {}, drawComponents(view, section.components ?? [])),
      section.accessory && drawComponents(view, [section.accessory]),
    ),
  10: (view, shown) => el("div", { class: "component-text" }, view.tree("discord", shown.content)),
  11: (view, thumbnail) =>
    picture({ url: thumbnail.media?.url, description: thumbnail.description }, "embed-thumbnail"),
  12: (view, gallery) =>
    el(
      "div",
      { class: "gallery" },
      (gallery.items ?? []).map((item) =>
        picture({ url: item.media?.url, description: item.description }, "embed-image"),
      ),
    ),
  13: (view, file) => el("p", { class: "component-text" }, "📄 ", file.name ?? file.file?.url ?? ""),
  14: (view, separator) => (separator.divider === false ? el("div", { class: "spacing" }) : el("hr")),
  17: container,
};

function container(view, box) {
  const element = el("div", { class: "component-container" }, drawComponents(view, box.components ?? []));
  if (Number.isInteger(box.accent_color))
    element.style.borderInlineStartColor = `#${box.accent_color.toString(16).padStart(6, "0")}`;
  return element;
}

function button(view, component) {
  const label = [component.emoji?.name && el("span", { class: "emoji" }, component.emoji.name), component.label ?? ""];
  const kind = ["component-button", BUTTON_STYLES[component.style]];
  if (component.url) {
    const link = outsideLink(component.url, label, " ↗");
    link.className = kind.join(" ");
    return link;
  }
  return el(
    "button",
    {
      type: "button",
      class: kind,
      disabled: Boolean(component.disabled),
      data: { click: component.custom_id ?? "" },
      on: { click: () => view.press(component.custom_id) },
    },
    label,
  );
}

/** The choices of a select; several are told by the platform as one press with their values joined. */
function select(view, component) {
  const start = `${component.custom_id}:`;
  const offered = component.options
    ? component.options.map((option) => ({
        id: start + option.value,
        label: option.label,
        isChosen: option.default,
        detail: option.description,
      }))
    : view.pane.people.map((person) => ({ id: start + person.id, label: person.name }));
  return el(
    "select",
    {
      class: "component-select",
      disabled: Boolean(component.disabled),
      "aria-label": component.placeholder ?? text("choose"),
      data: { click: component.custom_id },
      on: { change: (event) => event.target.value && view.press(event.target.value) },
    },
    el("option", { value: "" }, component.placeholder ?? text("choose")),
    offered.map((one) =>
      el("option", { value: one.id, selected: Boolean(one.isChosen), title: one.detail }, one.label),
    ),
  );
}

function unknown(view, component) {
  return el("div", {}, drawComponents(view, component.components ?? []));
}
