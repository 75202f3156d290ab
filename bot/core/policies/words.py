"""What a short message means, as far as words can tell: thanks, a wish for a person, a question."""

import re
import unicodedata
from collections.abc import Mapping

from bot.core.policies.person_words import NOT_THAT, ONLY_SOMEONE, SOMEONE_PLEASE, WISH

_THANKS = frozenset(
    "thanks thank thx ty tnx cheers great perfect awesome wonderful excellent brilliant cool nice super lovely ok okay "
    "hvala fala odlicno izvrsno danke merci gracias paldies euxaristo ευχαριστω τελεια lepa puno najlepsa "
    "liels vielen dank".split()
)
_FILLERS = frozenset(
    "you u so much very a lot for the your help helping this that it is was all really again team guys everyone "
    "and i am we are got works working now solved fixed worked great many appreciated appreciate again "
    "za na pomoc pomoci vam ti te vas od srca πολυ σας jums par palidzibu hilfe fur die deine ihre sehr schon good "
    "one to bye day have nice kind of quick fast support service job answer response sounds that's thats".split()
)
_NEAR = 60
"""How many characters before the wish a 'not' is looked for."""
_QUESTION = re.compile(
    r"\W*(?:(?:and|but|so|ok|okay|hi|hello|hey|well)\W+)*"
    r"(?:how|what|when|where|why|which|who|can|could|does|do|is there|kako|kada|gdje|zasto|koji|kje|kdaj|zakaj|wie|"
    r"wann|wo|warum|πως|ποτε|που|γιατι|ka|kad|kur|kapec)\b"
)
_TROUBLE = re.compile(
    r"\b(?:still|again|broken|error|can't|cant|cannot|won't|wont|(?:does|did|do|is|was)(?:n't|nt| not) (?:work|working|"
    r"help|arrive|come)|not working|ne radi|ne dela|geht nicht|funktioniert nicht|δεν λειτουργει|nestrada)\b"
)
_COMMAND = re.compile(r"/[\w\\]{1,64}(?:@[\w\\]{1,64})?")
_LONGEST_THANKS_WORDS = 14
_UNHAPPY = frozenset("👎😠😡🤬😤😞😔😟🙁☹😕😢😭😩😫😒🙄😑😐💩🤮🤢❌💔🖕❗❓🆘😱🤦🤷")
_GREETING = re.compile(
    r"(?:(?:hello|hi|hey|hiya|howdy|yo|greetings|morning|good (?:morning|afternoon|evening|day)|bok|zdravo|pozdrav|"
    r"zivjo|zdravjo|dob\w+ (?:dan|jutro|vecer)|hallo|moin|servus|guten? (?:tag|morgen|abend)|γεια|καλημερα|καλησπερα|"
    r"χαιρετε|sveiki|labdien|cau|labrit|labvakar)(?: (?:there|all|everyone|team|again|svima|σου|σας|visiem))* ?)+"
)
_OTHER_LANGUAGE = re.compile(
    r"(?:(?:please|change|switch|choose|set|other|another|my|the|molim|prosim|ludzu|promijeni|promjena|spremeni|"
    r"sprememba|drugi|drug|moj|αλλαγη|αλλαξε|αλλη|mainit|mainiet|cita|bitte|andere|sprache|wechseln) )*"
    r"(?:languages?|jezika?|γλωσσας?|valodu|valoda|sprache)(?: (?:please|molim|prosim|ludzu|παρακαλω|bitte))?"
)
_AROUND_A_NAME = frozenset(
    "in please pls speak talk write only na po v se jezik molim prosim samo govorite pisite στα παρακαλω μονο ludzu "
    "valoda valodu tikai auf bitte language".split()
)
_AGREED = (
    r"(?:yes|yeah|yep|yup|sure|ok|okay|y|do it|go ahead|of course|please|da|moze|naravno|prosim|molim|ja|jaa|klar|"
    r"bitte|gerne|ναι|βεβαια|παρακαλω|ludzu)"
)
_YES = re.compile(rf"{_AGREED}(?: (?:{_AGREED}|do))*")
_LONGEST_PHRASE_WORDS = 6
_TAKING_PERSON = frozenset(
    "yes yeah yep sure ok okay please pls do it that ask a an the real person human someone somebody agent people "
    "talk to with speak connect me i would like want go ahead then now da ja ναι osobu osobo covjeka cloveka agenta "
    "einen menschen bitte molim prosim ludzu cilveku ανθρωπο παρακαλω".split()
)
_EMPTY = ("do", "it", "that", "me", "i", "a", "an", "the", "to", "with", "now", "then")
"""Words of the list above that say nothing alone."""
_AROUND_A_WISH = frozenset(
    "i i'd we me my there here anyone you your us a an the to of with for about it this that these be is can "
    "could may might will would like want wanna need just only really very right now then or instead please "
    "pls hi hello hey thanks thank help talk speak chat someone somebody anybody real human person people "
    "agent ich mich mochte wurde wuerde gern gerne kann bitte sprechen reden mit einem einen zelim zelel "
    "zelela htio htjela bih hocu bi rad rada molim prosim vas lahko mogu moze li se da s sa z θελω θα ηθελα "
    "να με μπορω παρακαλω gribu gribetu es velos ludzu vai var ar".split()
)
"""What people put around the wish for a person; it says nothing of why."""
_WORDS_OF_A_REASON = 2


def folded(text: str) -> str:
    """Lower case, without accents, with plain apostrophes."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def is_thanks(text: str) -> bool:
    """True for a message that only says thanks or that it is fine, in words or emoji; a question never is."""
    if "?" in text or any(char in _UNHAPPY for char in text):
        return False
    words = _words(text)
    if not words:
        has_picture = any(unicodedata.category(char) == "So" for char in text)
        return has_picture and not any(char.isalnum() for char in text)
    if len(words) > _LONGEST_THANKS_WORDS or not any(word in _THANKS for word in words):
        return False
    return all(word in _THANKS or word in _FILLERS for word in words)


def wants_person(text: str) -> bool:
    """True when the message asks for a human being."""
    words = _words(text)
    if len(words) <= _LONGEST_PHRASE_WORDS and ONLY_SOMEONE.fullmatch(" ".join(words)):
        return "?" not in text
    if SOMEONE_PLEASE.search(" ".join(words[-_LONGEST_PHRASE_WORDS:])):
        return True
    said = " ".join(folded(text).split())
    return any(
        not NOT_THAT.search(said[max(0, found.start() - _NEAR) : found.start()])
        for found in WISH.finditer(said)
    )


def asks_something(text: str) -> bool:
    """True when the message reads like a question, or like trouble that goes on, rather than a remark on the help."""
    words = folded(text)
    return "?" in text or "；" in text or bool(_QUESTION.match(words) or _TROUBLE.search(words))


def is_greeting(text: str) -> bool:
    """True for a message that only says hello."""
    return _is_only(_GREETING, text)


def is_command(text: str) -> bool:
    """True for a message that is nothing but a command, and one that nobody knows, or it would be no message."""
    return bool(_COMMAND.fullmatch(text.strip()))


def asks_for_language(text: str) -> bool:
    """True for a message that only asks for another language, whichever that is."""
    return _is_only(_OTHER_LANGUAGE, text)


def language_named(text: str, names: Mapping[str, str]) -> str | None:
    """The language that a message consists of the name of, as in 'English please'; None for any other message."""
    words = [word for word in _words(text) if word not in _AROUND_A_NAME]
    if "?" in text or not 0 < len(words) <= 2 or len(_words(text)) > _LONGEST_PHRASE_WORDS:
        return None
    return {folded(name): code for name, code in names.items()}.get(" ".join(words))


def is_yes(text: str) -> bool:
    """True for a message that only agrees."""
    return _is_only(_YES, text)


def agrees_to_person(text: str) -> bool:
    """True for an answer to the offer of a person that takes it: 'yes', 'ok, ask a person', 'yes do that'."""
    words = _words(text)
    is_short = "?" not in text and 0 < len(words) <= _LONGEST_PHRASE_WORDS
    return is_yes(text) or (
        is_short
        and all(word in _TAKING_PERSON for word in words)
        and any(word not in _EMPTY for word in words)
    )


def _is_only(phrase: re.Pattern[str], text: str) -> bool:
    words = _words(text)
    return "?" not in text and len(words) <= _LONGEST_PHRASE_WORDS and bool(phrase.fullmatch(" ".join(words)))


def is_mere_reply(text: str) -> bool:
    """True for what says nothing of the matter: a hello, thanks, a yes, a command, or only the wish for a person."""
    is_courtesy = is_greeting(text) or is_thanks(text) or is_yes(text)
    return is_courtesy or is_command(text) or (wants_person(text) and not _says_why(text))


def _says_why(text: str) -> bool:
    """True when a wish for a person has its reason beside it: 'I was charged twice, a person please'."""
    said = " ".join(_words(text))
    beside = SOMEONE_PLEASE.sub(" ", WISH.sub(" ", said))
    return sum(word not in _AROUND_A_WISH for word in beside.split()) >= _WORDS_OF_A_REASON


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", folded(text))
