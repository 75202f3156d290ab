// A form that a bot opened in front of a person (a modal), over that person's pane.

import { el, iconButton, replace, uniqueId } from "./dom.js";
import { text } from "./texts.js";

export class FormDialog {
  constructor(pane) {
    this.pane = pane;
    this.shown = "";
    this.dismissed = new Set();
    this.element = el("div", { class: "form-layer", hidden: true, on: { keydown: (event) => this.onKey(event) } });
  }

  async refresh() {
    const { pane } = this;
    const { me } = pane;
    if (!me) return;
    const { form } = await pane.api.get("form", { person: me });
    if (me === pane.me) this.show(form);
  }

  show(form) {
    if (!form || this.dismissed.has(form.id)) return this.hide();
    const signature = JSON.stringify([form, this.pane.me]);
    if (signature === this.shown) return undefined;
    const typed = this.shown ? this.values() : {};
    this.shown = signature;
    this.element.hidden = false;
    this.pane.body.inert = true;
    return this.draw(form, typed);
  }

  hide() {
    this.shown = "";
    this.element.hidden = true;
    this.pane.body.inert = false;
    replace(this.element);
  }

  draw(form, typed) {
    const title = el("h3", { id: uniqueId("form") }, form.title);
    const cancel = () => {
      this.dismissed.add(form.id);
      this.hide();
      // A platform that knows nothing of put-away forms refuses, and that is all right.
      this.pane.api.post("close_form", { person: this.pane.me, form: form.id }).catch(() => undefined);
    };
    const fields = form.fields.map((field) => this.field(field, typed[field.id] ?? field.value));
    replace(
      this.element,
      el(
        "form",
        {
          class: "form",
          role: "dialog",
          "aria-modal": "true",
          "aria-labelledby": title.id,
          novalidate: true,
          on: {
            submit: (event) => {
              event.preventDefault();
              this.submit(form);
            },
          },
        },
        el("header", {}, title, iconButton("✕", text("cancel"), cancel)),
        el("div", { class: "fields" }, fields),
        el(
          "footer",
          {},
          el("button", { type: "button", on: { click: cancel } }, text("cancel")),
          el("button", { type: "submit", class: "primary" }, form.submit_label || text("submit")),
        ),
      ),
    );
    const first =
      this.element.querySelector("[aria-invalid=true]") ?? this.element.querySelector("input, textarea, select");
    first?.focus();
  }

  field(field, value) {
    const id = uniqueId("field");
    const shared = {
      id,
      name: field.id,
      required: field.is_required,
      "aria-invalid": field.error ? "true" : undefined,
      "aria-describedby": field.error ? `${id}-error` : undefined,
    };
    const inputs = {
      text: () => el("input", { type: "text", value, ...shared }),
      paragraph: () => el("textarea", { rows: 4, value, ...shared }),
      select: () =>
        el(
          "select",
          shared,
          el("option", { value: "" }, text("choose")),
          field.options.map(([key, label]) => el("option", { value: key, selected: key === value }, label)),
        ),
    };
    return el(
      "div",
      { class: ["field", field.error && "has-error"] },
      el(
        "label",
        { for: id },
        field.label,
        !field.is_required && el("span", { class: "optional" }, ` ${text("optional")}`),
      ),
      (inputs[field.kind] ?? inputs.text)(),
      field.error && el("p", { class: "error", id: `${id}-error`, role: "alert" }, field.error),
    );
  }

  values() {
    const inputs = [...this.element.querySelectorAll("[name]")];
    return Object.fromEntries(inputs.map((input) => [input.name, input.value]));
  }

  async submit(form) {
    const { pane } = this;
    const answer = await pane.try(() =>
      pane.api.post("submit", { person: pane.me, form: form.id, values: this.values() }),
    );
    if (answer) this.show(answer.form);
  }

  onKey(event) {
    if (event.key === "Escape") this.element.querySelector("footer button")?.click();
  }
}
