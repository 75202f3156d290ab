"""The limits of embeds, and the form in which Discord gives them back."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.discord.errors import FormErrors
from sandbox.discord.model import Json

MOST_EMBEDS = 10
MOST_CHARACTERS = 6000
_MOST_FIELDS = 25
_LENGTHS = {"title": 256, "description": 4096}
_IMAGES = ("image", "thumbnail")
_VISIBLE = ("title", "description", "fields", "author", "footer", "image", "thumbnail", "video")


def check_embeds(embeds: object, errors: FormErrors) -> None:
    """Blame every embed that Discord would refuse."""
    if not errors.dictionaries("embeds", embeds) or not isinstance(embeds, list):
        return
    if len(embeds) > MOST_EMBEDS:
        errors.add("embeds", "BASE_TYPE_MAX_LENGTH", f"Must be {MOST_EMBEDS} or fewer in length.")
    if not all(_has_right_shape(embed, f"embeds.{index}", errors) for index, embed in enumerate(embeds)):
        return
    for index, embed in enumerate(embeds):
        _check_embed(embed, f"embeds.{index}", errors)
    if sum(_size(embed) for embed in embeds) > MOST_CHARACTERS:
        message = f"Embed size exceeds maximum size of {MOST_CHARACTERS}"
        errors.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", message)


def _has_right_shape(embed: Json, path: str, errors: FormErrors) -> bool:
    parts = [key for key in ("footer", "author", *_IMAGES) if embed.get(key) is not None]
    are_right = [errors.dictionary(f"{path}.{key}", embed[key]) for key in parts]
    return errors.dictionaries(f"{path}.fields", embed.get("fields") or []) and all(are_right)


def _check_embed(embed: Json, path: str, errors: FormErrors) -> None:
    if not any(embed.get(key) for key in _VISIBLE):
        errors.required(f"{path}.description")
    for key, most in _LENGTHS.items():
        if embed.get(key) is not None:
            errors.length(f"{path}.{key}", embed[key], 0, most)
    footer, author = embed.get("footer"), embed.get("author")
    if footer:
        errors.length(f"{path}.footer.text", footer.get("text"), 1, 2048)
    if author:
        errors.length(f"{path}.author.name", author.get("name"), 1, 256)
        check_url(f"{path}.author.url", author.get("url"), errors)
    check_url(f"{path}.url", embed.get("url"), errors)
    for key in _IMAGES:
        if embed.get(key):
            check_url(
                f"{path}.{key}.url", embed[key].get("url"), errors, schemes=("http", "https", "attachment")
            )
    if embed.get("color") is not None:
        errors.number(f"{path}.color", embed["color"], 0, 0xFFFFFF)
    _check_fields(embed.get("fields") or [], path, errors)


def _check_fields(fields: list[Json], path: str, errors: FormErrors) -> None:
    if len(fields) > _MOST_FIELDS:
        errors.add(f"{path}.fields", "BASE_TYPE_MAX_LENGTH", f"Must be {_MOST_FIELDS} or fewer in length.")
    for index, one in enumerate(fields):
        for key, most in (("name", 256), ("value", 1024)):
            if not one.get(key):
                errors.required(f"{path}.fields.{index}.{key}")
            else:
                errors.length(f"{path}.fields.{index}.{key}", one[key], 0, most)


def check_url(
    path: str,
    url: object,
    errors: FormErrors,
    *,
    schemes: tuple[str, ...] = ("http", "https"),
    most: int = 2048,
) -> None:
    """Blame an address that is no well-formed one of these schemes; None passes."""
    if url is None:
        return
    if not isinstance(url, str) or len(url) > most:
        errors.length(path, url, 0, most)
        return
    parts = urlsplit(url)
    if parts.scheme not in schemes:
        allowed = ", ".join(f"'{one}'" for one in schemes)
        message = f'Scheme "{parts.scheme}" is not supported. Scheme must be one of ({allowed}).'
        errors.add(path, "URL_TYPE_INVALID_SCHEME", message)
    elif not parts.netloc:
        errors.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")


def _size(embed: Json) -> int:
    texts: list[Any] = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for one in embed.get("fields") or []:
        texts += [one.get("name"), one.get("value")]
    return sum(len(text) for text in texts if isinstance(text, str))


def stored_embed(embed: Json, attachment_urls: dict[str, str]) -> Json:
    """The embed as it comes back: of type rich, fields with their inline flag, attachment:// resolved."""
    stored = {key: value for key, value in embed.items() if value is not None} | {"type": "rich"}
    stored["fields"] = [{"inline": False} | one for one in embed.get("fields") or []]
    if not stored["fields"]:
        del stored["fields"]
    for key in _IMAGES:
        if stored.get(key):
            url = stored[key]["url"]
            stored[key] = stored[key] | {"url": attachment_urls.get(url.removeprefix("attachment://"), url)}
    return stored
