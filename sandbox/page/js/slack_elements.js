// Block Kit's elements: buttons, menus and choices, each pressed by the id the platform gives it.

import { el, outsideLink } from "./dom.js";
import { withEmoji } from "./slack_blocks.js";
import { confirmed, menu } from "./popup.js";
import { text } from "./texts.js";

export function drawElement(view, block, element) {
  const draw = DRAW[element.type];
  if (draw) return draw(view, block, element);
  if (element.type.endsWith("_select")) return select(view, block, element);
  return el("span", { class: "inert" }, withEmoji(element.placeholder?.text ?? element.text?.text ?? element.type));
}

const DRAW = {
  button,
  workflow_button: button,
  icon_button: button,
  overflow,
  radio_buttons: choices,
  checkboxes: choices,
  feedback_buttons: feedback,
};

function button(view, block, element) {
  const id = clickId(view, block, element.action_id);
  const press = async () => {
    if (await agreed(element.confirm)) view.press(id);
  };
  const props = {
    class: ["bk-button", element.style],
    "aria-label": element.accessibility_label,
    data: { click: id },
    on: { click: press },
  };
  const label = withEmoji(element.text?.text ?? "");
  if (!element.url) return el("button", { type: "button", ...props }, label);
  const link = outsideLink(element.url, label);
  link.className = "bk-button";
  link.addEventListener("click", press);
  return link;
}

function overflow(view, block, element) {
  const open = () =>
    menu(
      anchor,
      text("more-options"),
      element.options.map((option) => ({
        label: option.text.text,
        run: async () =>
          (await agreed(element.confirm)) && view.press(clickId(view, block, `${element.action_id}=${option.value}`)),
      })),
    );
  const anchor = el(
    "button",
    {
      type: "button",
      class: "bk-button",
      "aria-label": text("more-options"),
      data: { click: element.action_id },
      on: { click: open },
    },
    "⋯",
  );
  return anchor;
}

function select(view, block, element) {
  const offered = offeredBy(view, block, element);
  const chosen = element.initial_option?.value ?? element.initial_user ?? "";
  const change = async (event) => {
    const { value } = event.target;
    if (value && (await agreed(element.confirm))) view.press(value);
  };
  return el(
    "select",
    {
      class: "bk-select",
      "aria-label": element.placeholder?.text ?? text("choose"),
      data: { click: element.action_id },
      on: { change },
    },
    el("option", { value: "" }, element.placeholder?.text ?? text("choose")),
    offered.map((one) =>
      el("option", { value: one.id, selected: Boolean(chosen) && one.id.endsWith(`=${chosen}`) }, withEmoji(one.label)),
    ),
  );
}

/** Some selects list people or channels that only the platform knows, so the offers come from the message's buttons. */
function offeredBy(view, block, element) {
  const starts = [`${element.action_id}=`, `${block.block_id}/${element.action_id}=`];
  return view.message.buttons.filter((one) => starts.some((start) => one.id.startsWith(start)));
}

function choices(view, block, element) {
  const isRadio = element.type === "radio_buttons";
  const initial = new Set(
    [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean).map((option) => option.value),
  );
  return el(
    "fieldset",
    { class: "bk-choices" },
    element.options.map((option) =>
      el(
        "label",
        {},
        el("input", {
          type: isRadio ? "radio" : "checkbox",
          name: `${view.message.id}-${element.action_id}`,
          checked: initial.has(option.value),
          on: { change: () => view.press(clickId(view, block, `${element.action_id}=${option.value}`)) },
        }),
        withEmoji(option.text.text),
      ),
    ),
  );
}

function feedback(view, block, element) {
  return [element.positive_button, element.negative_button].map((side) =>
    el(
      "button",
      {
        type: "button",
        class: "bk-button",
        on: { click: () => view.press(clickId(view, block, `${element.action_id}=${side.value}`)) },
      },
      withEmoji(side.text.text),
    ),
  );
}

/** Where two blocks share an action id, the platform puts the block's id before it. */
function clickId(view, block, id) {
  return view.message.buttons.some((one) => one.id === id) ? id : `${block.block_id}/${id}`;
}

async function agreed(confirm) {
  if (!confirm) return true;
  return confirmed({
    title: confirm.title?.text,
    detail: confirm.text?.text,
    yes: confirm.confirm?.text,
    no: confirm.deny?.text,
  });
}
