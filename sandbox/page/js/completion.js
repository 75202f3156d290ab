// What is offered over the composer while a command is typed: its name, then its options and the bot's own choices.

import { el, replace, uniqueId } from "./dom.js";
import { text } from "./texts.js";

const MOST_OFFERED = 25;

export class Completion {
  constructor(composer) {
    this.composer = composer;
    this.known = null;
    this.offered = [];
    this.chosen = -1;
    this.asked = 0;
    this.hint = el("p", { class: "usage" });
    this.list = el("ul", { class: "offers", role: "listbox", id: uniqueId("offers"), "aria-label": text("commands") });
    this.element = el("div", { class: "completion", hidden: true }, this.list, this.hint);
    const { input } = composer;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.list.id);
    input.setAttribute("aria-expanded", "false");
  }

  get conversation() {
    return this.composer.conversation;
  }

  forget() {
    this.known = null;
  }

  async commands() {
    const { conversation } = this;
    if (!this.known) {
      const room = conversation.shownRoom || conversation.room.id;
      const query = { person: conversation.pane.me, room };
      this.known = (await conversation.pane.api.get("commands", query)).commands;
    }
    return this.known;
  }

  async update() {
    const { value } = this.composer.input;
    const mention = /(?:^|\s)@(\S{0,30})$/.exec(value.slice(0, this.composer.input.selectionStart));
    if (mention) return this.offerMentions(mention[1]);
    if (!value.startsWith("/") || value.startsWith("//") || this.composer.editing) return this.hide();
    const number = ++this.asked;
    const commands = await this.conversation.pane.try(() => this.commands());
    if (!commands || number !== this.asked) return undefined;
    const typed = value.slice(1);
    const command = commands
      .filter((one) => typed.startsWith(`${one.name} `))
      .sort((one, other) => other.name.length - one.name.length)[0];
    if (!command) return this.offerCommands(commands, typed);
    return this.offerChoices(command, typed.slice(command.name.length).trimStart(), number);
  }

  /** People and the bot after an "@", as far as the platform lets people be mentioned by name. */
  offerMentions(typed) {
    this.asked += 1;
    const { pane } = this.conversation;
    const { input } = this.composer;
    const offers = pane.skin
      .mentions(pane)
      .filter(({ name, mention }) =>
        [name, mention.slice(1)].some((one) => one.toLowerCase().startsWith(typed.toLowerCase())),
      )
      .map(({ name, mention }) => ({
        label: mention,
        detail: mention === `@${name}` ? "" : name,
        take: () => {
          input.setRangeText(`${mention} `, input.selectionStart - typed.length - 1, input.selectionStart, "end");
          this.hide();
          this.composer.onInput();
        },
      }));
    this.show(offers, "");
  }

  offerCommands(commands, typed) {
    const fitting = commands.filter((command) => command.name.startsWith(typed.trimEnd()));
    const offers = fitting.map((command) => ({
      label: `/${command.name}`,
      detail: command.description,
      usage: usage(command),
      take: () => {
        this.composer.set(`/${command.name} `);
        if (!command.options.length) this.hide();
      },
    }));
    this.show(offers, "");
  }

  async offerChoices(command, rest, number) {
    if (!command.options.length) return this.hide();
    const at = Math.min(rest.split(/\s+/).length, command.options.length) - 1;
    const option = command.options[at];
    const before = rest.split(/\s+/).slice(0, at).join(" ");
    const typed = rest.slice(before.length).trimStart();
    const hint = `${usage(command)} — ${option.name}: ${option.description ?? ""}`;
    let choices = (option.choices ?? []).map((choice) => ({ value: String(choice.value), label: choice.name }));
    if (option.autocomplete) {
      const { pane, shownRoom, room } = this.conversation;
      const asked = { person: pane.me, room: shownRoom || room.id, name: command.name, option: option.name, typed };
      choices = (await pane.api.post("complete", asked).catch(() => ({ choices: [] }))).choices;
      if (number !== this.asked) return undefined;
    }
    const offers = choices
      .filter((choice) => option.autocomplete || choice.label.toLowerCase().startsWith(typed.toLowerCase()))
      .map((choice) => ({
        label: choice.label,
        detail: choice.value === choice.label ? "" : choice.value,
        take: () => {
          const isLast = at === command.options.length - 1;
          this.composer.set(`/${[command.name, before, choice.value].filter(Boolean).join(" ")}${isLast ? "" : " "}`);
          if (isLast) this.hide();
        },
      }));
    return this.show(offers, hint);
  }

  show(offers, hint) {
    this.offered = offers.slice(0, MOST_OFFERED);
    this.chosen = this.offered.length ? 0 : -1;
    this.element.hidden = !this.offered.length && !hint;
    this.list.hidden = !this.offered.length;
    this.hint.hidden = !hint;
    this.hint.textContent = hint;
    this.composer.input.setAttribute("aria-expanded", String(!this.element.hidden));
    this.draw();
  }

  draw() {
    replace(
      this.list,
      this.offered.map((offer, index) =>
        el(
          "li",
          {
            role: "option",
            id: `${this.list.id}-${index}`,
            "aria-selected": index === this.chosen,
            on: {
              pointerdown: (event) => event.preventDefault(),
              click: () => this.take(index),
            },
          },
          el("span", { class: "offer-label" }, offer.usage ?? offer.label),
          el("span", { class: "offer-detail" }, offer.detail),
        ),
      ),
    );
    const active = this.chosen >= 0 && !this.element.hidden ? `${this.list.id}-${this.chosen}` : "";
    this.composer.input.setAttribute("aria-activedescendant", active);
    this.list.children[this.chosen]?.scrollIntoView({ block: "nearest" });
  }

  hide() {
    this.asked += 1;
    this.show([], "");
  }

  take(index) {
    this.offered[index].take();
    this.composer.focus();
  }

  /** True when the key was for the list and not for the text. */
  onKey(event) {
    if (this.element.hidden || !this.offered.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.chosen = (this.chosen + step + this.offered.length) % this.offered.length;
      this.draw();
    } else if (event.key === "Tab" || (event.key === "Enter" && !this.isComplete())) {
      this.take(this.chosen);
    } else if (event.key === "Escape") {
      this.hide();
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  /** Whether Enter should send: the command is already written out, or a choice was typed by hand. */
  isComplete() {
    const typed = this.composer.input.value.trimEnd();
    return this.offered.some((offer) => offer.label === typed);
  }
}

function usage(command) {
  // Slack gives its usage hint as written by the app, brackets and all.
  const options = command.options.map(({ name, required }) =>
    /[[<\s]/.test(name) ? name : required ? `<${name}>` : `[${name}]`,
  );
  return [`/${command.name}`, ...options].join(" ");
}
