"""What a text claims that can be compared without understanding it: its numbers, amounts, addresses and words."""

import re
import unicodedata

from knowledge.folding import unaccented

_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,'’]\d+)*")
_SEPARATORS = re.compile(r"[ .,'’]")
_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")

_SIGNS = "€$£¥₹₺₽₴₩₪₿%‰"
_NAMES = {
    "€": "eur euro euros eura eure euri euru eurom eurima evro evra evri evrov evrih evrom evru eiro ευρω",
    "$": "usd dollar dollars dolar dolara dolari dolarjev dolarji dolari dolaru δολαριο δολαρια δολαριων",
    "£": "gbp pound pounds funta funti funte funtov marcina sterlinu λιρα λιρες λιρων",
    "%": "percent posto odstotek odstotka odstotke odstotki odstotkov procents procenti procentu procentiem prozent",
}
_UNITS = {word: sign for sign, words in _NAMES.items() for word in words.split()} | {
    one: one for one in _SIGNS
}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_UNIT_SAID = re.compile(rf"(?<![^\W\d_])({_UNIT})(?![^\W\d_])")

_SPELT = {
    "en": "two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 fifteen=15 twenty=20 "
    "thirty=30 forty=40 fifty=50 sixty=60 ninety=90 hundred=100 thousand=1000",
    "de": "zwei=2 drei=3 vier=4 funf=5 sechs=6 sieben=7 acht=8 neun=9 zehn=10 elf=11 zwolf=12 funfzehn=15 zwanzig=20 "
    "dreissig=30 vierzig=40 funfzig=50 sechzig=60 neunzig=90 hundert=100 tausend=1000",
    "hr": "dva=2 dvije=2 tri=3 cetiri=4 pet=5 sest=6 sedam=7 osam=8 devet=9 deset=10 jedanaest=11 dvanaest=12 "
    "petnaest=15 dvadeset=20 trideset=30 cetrdeset=40 pedeset=50 sezdeset=60 devedeset=90 tisuca=1000 tisucu=1000",
    "sl": "dve=2 stiri=4 stirih=4 sedem=7 osem=8 enajst=11 dvanajst=12 petnajst=15 dvajset=20 stirideset=40 "
    "petdeset=50 sestdeset=60 devetdeset=90 tisoc=1000",
    "lv": "divi=2 divas=2 divu=2 divam=2 tris=3 cetri=4 cetras=4 cetru=4 pieci=5 piecas=5 piecu=5 sesi=6 sesas=6 "
    "sesu=6 septini=7 septinas=7 septinu=7 astoni=8 astonas=8 astonu=8 devini=9 devinas=9 devinu=9 desmit=10 "
    "vienpadsmit=11 divpadsmit=12 piecpadsmit=15 divdesmit=20 trisdesmit=30 cetrdesmit=40 piecdesmit=50 sesdesmit=60 "
    "devindesmit=90 simts=100 tukstotis=1000",
    "el": "δυο=2 τρεισ=3 τρια=3 τριων=3 τεσσερισ=4 τεσσερα=4 τεσσαρων=4 πεντε=5 εξι=6 επτα=7 εφτα=7 οκτω=8 οχτω=8 "
    "εννεα=9 εννια=9 δεκα=10 εντεκα=11 δωδεκα=12 δεκαπεντε=15 εικοσι=20 τριαντα=30 σαραντα=40 πενηντα=50 εξηντα=60 "
    "ενενηντα=90 χιλια=1000",
}
"""Numbers as they are spelt, without accents, but for those that are a common word as well ("one", "sto", "εκατό")."""
_FREE = (
    "free gratis kostenlos kostenlose kostenfrei besplatno besplatan besplatna besplatne besplatni besplatnu "
    "brezplacno brezplacen brezplacna brezplacne brezplacni bezmaksas δωρεαν"
)
"""What says a price without a number."""
_FIGURES = dict(pair.split("=") for words in _SPELT.values() for pair in words.split())
_FIGURES |= dict.fromkeys(_FREE.split(), "free")

_BOUNDARY = re.compile(r"[\s<>()\[\]{}\"“”„«»|*`\\]+")
_EDGES = ".,;:!?…'’_~"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:\S")
_DOMAIN = re.compile(r"[^\W_]\.[^\W\d_]{2,}")
_COMMAND = re.compile(r"/[^\W\d_]")
_DOTS = str.maketrans("。｡․", "...")


def normal(text: str) -> str:
    """The text as it is compared: one form for each character, small letters, figures as 0 to 9, single spaces."""
    text = unicodedata.normalize("NFKC", text.translate(_DOTS)).casefold()
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() and c > "9" else c for c in text)
    return " ".join(text.split())


def words(text: str) -> list[str]:
    """Letters and figures of a normal text, without what stands between them."""
    return _WORD.findall(text)


def contains(said: list[str], part: list[str]) -> bool:
    """Whether the words of `part` stand in `said`, side by side and in their order."""
    size = len(part)
    return any(said[at : at + size] == part for at in range(len(said) - size + 1))


def numbers(text: str) -> list[frozenset[str]]:
    """Each number in a normal text, with all that it may mean: 1.000 is a thousand here and one there."""
    spelt = (_FIGURES.get(word) for word in _LETTERS.findall(unaccented(text)))
    return [
        *(_readings(found[0]) for found in _NUMBER.finditer(text)),
        *(frozenset({figure}) for figure in spelt if figure),
    ]


def amounts(text: str) -> list[tuple[str, frozenset[str]]]:
    """Each currency and 'per cent' in a normal text: its sign, and what the number beside it may mean.

    Where there is no number, the word before it stands in its place, as in 'one euro' and 'in euro'.
    """
    text = unaccented(text)
    starts = {found.start(): found[0] for found in _NUMBER.finditer(text)}
    ends = {found.end(): found[0] for found in _NUMBER.finditer(text)}
    found: list[tuple[str, frozenset[str]]] = []
    for said in _UNIT_SAID.finditer(text):
        # At most one space or hyphen in between: "30 €", "10-percent", "EUR 30".
        beside = [ends.get(said.start() - gap) for gap in (0, 1)] + [
            starts.get(said.end() + gap) for gap in (0, 1)
        ]
        written = [one for one in beside if one]
        before = text[: said.start()].split()[-1:] or [""]
        readings = [_readings(one) for one in written] or [frozenset(before)]
        found += [(_UNITS[said[1]], one) for one in readings]
    return found


def addresses(text: str) -> set[str]:
    """What a client could make something to click of: links, e-mail addresses, mentions, commands."""
    found = (word.strip(_EDGES) for word in _BOUNDARY.split(text))
    return {word for word in found if _is_address(word)}


def beginnings(text: str) -> list[str]:
    """The first four letters of each longer word of a normal text, without accents: endings differ, these stay."""
    return [word[:4] for word in _LETTERS.findall(unaccented(text)) if len(word) >= 4]


def _is_address(word: str) -> bool:
    return "@" in word or "//" in word or any(
        pattern(word) for pattern in (_SCHEME.match, _DOMAIN.search, _COMMAND.match)
    )  # fmt: skip


def _readings(written: str) -> frozenset[str]:
    """What a number may mean: groups of three may be thousands, and the last sign may begin a fraction."""
    parts, signs = _SEPARATORS.split(written), _SEPARATORS.findall(written)
    if not signs:
        return frozenset({written})
    readings = {".".join(parts)} if len(set(signs)) == 1 and signs[0] == "." else set()
    if _is_grouped(parts, signs):
        readings.add("".join(parts))
    if signs[-1] in ".," and (
        len(signs) == 1 or (_is_grouped(parts[:-1], signs[:-1]) and signs[-1] not in signs[:-1])
    ):
        readings.add("".join(parts[:-1]) + "." + parts[-1])
    return frozenset(readings or {written})


def _is_grouped(parts: list[str], signs: list[str]) -> bool:
    return len(set(signs)) == 1 and len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
