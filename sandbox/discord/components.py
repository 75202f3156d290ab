"""The limits of message components and modals, and finding one by its custom_id."""

from collections.abc import Iterator

from sandbox.discord.embeds import check_url
from sandbox.discord.errors import FormErrors
from sandbox.discord.model import Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 19, 21, 22, 23
LINK_STYLE, PREMIUM_STYLE = 5, 6
_TOP_LEVEL_V2 = (ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR, CONTAINER)
_IN_A_LABEL = (TEXT_INPUT, *SELECTS, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)
_MOST_ROWS = 5
_MOST_COMPONENTS = 40
_MOST_TEXT = 4000


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component of a message or modal, parents first."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for key in ("accessory", "component"):
            if component.get(key):
                yield from walk([component[key]])


def check_components(components: object, errors: FormErrors, *, is_v2: bool) -> None:
    """Blame every component of a message that Discord would refuse."""
    rows = _read_list(components, "components", errors)
    if is_v2:
        _check_v2_totals(rows, errors)
    elif len(rows) > _MOST_ROWS:
        errors.count("components", rows, 1, _MOST_ROWS)
    allowed = _TOP_LEVEL_V2 if is_v2 else (ROW,)
    for index, component in enumerate(rows):
        path = f"components.{index}"
        errors.choice(f"{path}.type", component.get("type"), allowed)
        _check_component(component, path, errors)
    _check_unique_ids(rows, errors)


def _read_list(components: object, path: str, errors: FormErrors) -> list[Json]:
    """The components, when they and all that is nested in them are objects; else the blame, and nothing."""
    if not errors.dictionaries(path, components) or not isinstance(components, list):
        return []
    for index, component in enumerate(components):
        at = f"{path}.{index}"
        lists = [(f"{at}.{key}", component[key]) for key in ("components", "options") if component.get(key)]
        lists += [
            (f"{at}.{key}", [component[key]]) for key in ("accessory", "component") if component.get(key)
        ]
        if not all(_read_list(inner, inner_path, errors) for inner_path, inner in lists):
            return []
    return components


def _check_v2_totals(components: list[Json], errors: FormErrors) -> None:
    everything = list(walk(components))
    if len(everything) > _MOST_COMPONENTS:
        message = f"The total number of components must be {_MOST_COMPONENTS} or fewer."
        errors.add("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    text = sum(len(one.get("content") or "") for one in everything if one.get("type") == TEXT_DISPLAY)
    if text > _MOST_TEXT:
        message = f"The total text of a message's components must be {_MOST_TEXT} or fewer in length."
        errors.add("components", "COMPONENT_MAX_TOTAL_TEXT_EXCEEDED", message)


def _check_unique_ids(components: list[Json], errors: FormErrors) -> None:
    ids = [one["custom_id"] for one in walk(components) if one.get("custom_id")]
    if len(ids) != len(set(ids)):
        errors.add("components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")


def _check_component(component: Json, path: str, errors: FormErrors) -> None:
    kind = component.get("type")
    if kind == ROW:
        _check_row(component.get("components") or [], path, errors)
    elif kind == BUTTON:
        _check_button(component, path, errors)
    elif kind in SELECTS:
        _check_select(component, path, errors)
    elif kind == TEXT_DISPLAY:
        errors.length(f"{path}.content", component.get("content"), 1, _MOST_TEXT)
    elif kind == SECTION:
        texts = component.get("components") or []
        errors.count(f"{path}.components", texts, 1, 3)
        for index, text in enumerate(texts):
            _check_component(text, f"{path}.components.{index}", errors)
        accessory = component.get("accessory") or {}
        errors.choice(f"{path}.accessory.type", accessory.get("type"), (BUTTON, THUMBNAIL))
        _check_component(accessory, f"{path}.accessory", errors)
    elif kind == CONTAINER:
        for index, inner in enumerate(component.get("components") or []):
            allowed = tuple(one for one in _TOP_LEVEL_V2 if one != CONTAINER)
            errors.choice(f"{path}.components.{index}.type", inner.get("type"), allowed)
            _check_component(inner, f"{path}.components.{index}", errors)
    elif kind == GALLERY:
        errors.count(f"{path}.items", component.get("items") or [], 1, 10)


def _check_row(children: list[Json], path: str, errors: FormErrors) -> None:
    errors.count(f"{path}.components", children, 1, 5)
    has_select = any(one.get("type") in SELECTS for one in children)
    if has_select and len(children) > 1:
        message = "The specified component exceeds the maximum width"
        errors.add(f"{path}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
    for index, child in enumerate(children):
        errors.choice(f"{path}.components.{index}.type", child.get("type"), (BUTTON, *SELECTS))
        _check_component(child, f"{path}.components.{index}", errors)


def _check_button(button: Json, path: str, errors: FormErrors) -> None:
    style = button.get("style")
    errors.choice(f"{path}.style", style, (1, 2, 3, 4, LINK_STYLE, PREMIUM_STYLE))
    if button.get("label") is not None:
        errors.length(f"{path}.label", button["label"], 0, 80)
    if style != PREMIUM_STYLE and not button.get("label") and not button.get("emoji"):
        errors.add(path, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")
    if style == LINK_STYLE:
        if not button.get("url"):
            errors.add(f"{path}.url", "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
        if button.get("custom_id"):
            message = "A custom id and url cannot both be specified"
            errors.add(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
        check_url(f"{path}.url", button.get("url"), errors, schemes=("http", "https", "discord"), most=512)
    elif style != PREMIUM_STYLE:
        _check_custom_id(button, path, errors)


def _check_custom_id(component: Json, path: str, errors: FormErrors) -> None:
    if not component.get("custom_id"):
        errors.add(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    else:
        errors.length(f"{path}.custom_id", component["custom_id"], 1, 100)


def _check_select(select: Json, path: str, errors: FormErrors) -> None:
    _check_custom_id(select, path, errors)
    if select.get("placeholder") is not None:
        errors.length(f"{path}.placeholder", select["placeholder"], 0, 150)
    for key, lowest in (("min_values", 0), ("max_values", 1)):
        if select.get(key) is not None:
            errors.number(f"{path}.{key}", select[key], lowest, 25)
    if select.get("type") == STRING_SELECT:
        _check_options(select.get("options") or [], path, errors)


def _check_options(options: list[Json], path: str, errors: FormErrors, most: int = 25) -> None:
    errors.count(f"{path}.options", options, 1, most)
    for index, option in enumerate(options):
        for key in ("label", "value"):
            errors.length(f"{path}.options.{index}.{key}", option.get(key), 1, 100)
        if option.get("description") is not None:
            errors.length(f"{path}.options.{index}.description", option["description"], 0, 100)
    values = [option.get("value") for option in options]
    if len(values) != len(set(values)):
        message = "The specified option value is already used"
        errors.add(f"{path}.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)


def check_modal(modal: object, errors: FormErrors) -> None:
    """Blame a modal that Discord would refuse."""
    if not isinstance(modal, dict):
        errors.required("data")
        return
    errors.length("data.title", modal.get("title"), 1, 45)
    errors.length("data.custom_id", modal.get("custom_id"), 1, 100)
    components = modal.get("components")
    rows = _read_list(components, "data.components", errors)
    errors.count("data.components", rows, 1, 5)
    for index, component in enumerate(rows):
        path = f"data.components.{index}"
        errors.choice(f"{path}.type", component.get("type"), (ROW, TEXT_DISPLAY, LABEL))
        if component.get("type") == ROW:
            children = component.get("components") or []
            errors.count(f"{path}.components", children, 1, 1)
            for child in children:
                errors.choice(f"{path}.components.0.type", child.get("type"), (TEXT_INPUT,))
                errors.length(f"{path}.components.0.label", child.get("label"), 1, 45)
                _check_input(child, f"{path}.components.0", errors)
        elif component.get("type") == LABEL:
            _check_label(component, path, errors)
        elif component.get("type") == TEXT_DISPLAY:
            errors.length(f"{path}.content", component.get("content"), 1, _MOST_TEXT)
    _check_unique_ids(rows, errors)


def _check_label(label: Json, path: str, errors: FormErrors) -> None:
    errors.length(f"{path}.label", label.get("label"), 1, 45)
    if label.get("description") is not None:
        errors.length(f"{path}.description", label["description"], 0, 100)
    inner = label.get("component") or {}
    errors.choice(f"{path}.component.type", inner.get("type"), _IN_A_LABEL)
    if inner.get("type") in SELECTS:
        _check_select(inner, f"{path}.component", errors)
    elif inner.get("type") == TEXT_INPUT:
        _check_input(inner, f"{path}.component", errors)
    else:
        _check_custom_id(inner, f"{path}.component", errors)
        if inner.get("type") in (RADIO_GROUP, CHECKBOX_GROUP):
            _check_options(inner.get("options") or [], f"{path}.component", errors, most=10)


def _check_input(text_input: Json, path: str, errors: FormErrors) -> None:
    _check_custom_id(text_input, path, errors)
    errors.choice(f"{path}.style", text_input.get("style"), (1, 2))
    for key, most in (("value", 4000), ("placeholder", 100)):
        if text_input.get(key) is not None:
            errors.length(f"{path}.{key}", text_input[key], 0, most)
    for key, lowest in (("min_length", 0), ("max_length", 1)):
        if text_input.get(key) is not None:
            errors.number(f"{path}.{key}", text_input[key], lowest, 4000)


def numbered(components: list[Json]) -> list[Json]:
    """The components as they come back: each with a number that is its own within the message."""
    taken = {one["id"] for one in walk(components) if one.get("id")}
    fresh = (number for number in range(1, 10_000) if number not in taken)

    def number(component: Json) -> Json:
        stored = {key: value for key, value in component.items() if value is not None}
        stored["id"] = component.get("id") or next(fresh)
        if component.get("components"):
            stored["components"] = [number(one) for one in component["components"]]
        for key in ("accessory", "component"):
            if component.get(key):
                stored[key] = number(component[key])
        return stored

    return [number(component) for component in components]
