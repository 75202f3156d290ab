"""How people ask for a human being, as patterns over folded text.

Endings are bounded and nothing is repeated inside a repetition: a hostile text takes no longer than a long one.
"""

import re

_PERSON_EN = r"(?:human being|human|person|agent|operator|representative|rep|supervisor|manager)"
_PERSON_HR = (
    r"(?:osob(?:u|om)|covjek(?:a|om)?|agent(?:a|om|icu|icom)?|operater(?:a|om|ku|kom)?|djelatnik(?:a|om)?)"
)
_PERSON_SL = r"(?:oseb(?:o|i)|clovek(?:a|om)?|agent(?:a|om|ko)?|operater(?:ja|jem|ko)?|svetoval(?:ca|cem|ko))"
_PERSON_EL = r"(?:ανθρωπο|εκπροσωπο|υπαλληλο|χειριστη|συμβουλο)"
_PERSON_LV = r"(?:cilvek(?:u|s)|operator(?:u|s)|darbiniek(?:u|s)|konsultant(?:u|s|i)|specialist(?:u|s))"
_PERSON_DE = r"(?:menschen|mensch|mitarbeiter(?:in)?|berater(?:in)?|kundenberater(?:in)?)"
_ELSEWHERE = f"(?:{_PERSON_HR}|{_PERSON_SL}|{_PERSON_EL}|{_PERSON_LV}|{_PERSON_DE})"
_PLEASE_EN = r"(?:please|pls|now)"
_PLEASE = r"(?:molim vas|molim|prosim|παρακαλω|ludzu|bitte)"
_A_REAL = r"(?:\w{1,14}\s+){0,2}"
"""An article and an adjective, of whatever language: 's pravom', 'με εναν πραγματικο', 'ar istu'."""

_WISHES = (
    r"(?:talk|speak|chat|connect|transfer|write|put\s+(?:me\s+)?through)\s+(?:me\s+)?(?:to|with)\s+(?:a|an|some|the|your|real)?\s*"
    r"(?:real\s+|live\s+|actual\s+)?(?:human|person|agent|someone|somebody|representative|rep|operator|people|staff|"
    r"supervisor|manager|support)",
    r"(?:need|want|get|give|can i have|could i have)\s+(?:me\s+)?(?:to\s+\w+\s+(?:to|with)\s+)?(?:a|an|some)\s+"
    r"(?:real\s+|live\s+)?(?:human|person|agent|operator|representative)",
    rf"(?:can|could|may|will|would)\s+(?:a|an|some|the|any)\s+(?:real\s+|live\s+|human\s+)?{_PERSON_EN}\s+"
    r"(?:please\s+)?(?:help|look|check|call|contact|answer|reply|respond|assist|take|handle|read|get\s+back)",
    rf"is\s+there\s+(?:a|an|any)\s+(?:real\s+|live\s+|human\s+)?{_PERSON_EN}\s+(?:here|there|available|i\s+can|who\s+can)",
    rf"(?:razgovarati|razgovaram|porazgovarati|pricati|pricam|popricati|govoriti|govorim|pisati)\s+(?:s|sa)\s+"
    rf"(?:{_A_REAL}{_PERSON_HR}|nekim)",
    rf"(?:spojite?|prebacite?|povezite?)\s+me\s+(?:s|sa|na)\s+{_A_REAL}{_PERSON_HR}",
    r"(?:trebam|treba\s+mi|zelim|hocu|htio\s+bih|htjela\s+bih|dajte\s+mi|daj\s+mi|mogu\s+li\s+dobiti)\s+"
    rf"(?:pravu?\s+|pravog\s+|stvarnu?\s+|zivu?\s+|zivog\s+|neku\s+|nekog\s+)?{_PERSON_HR}",
    rf"(?:govoril[ai]?|pogovoril[ai]?|govoriti|pogovoriti|govorim|pisati)\s+(?:se\s+)?(?:s|z)\s+"
    rf"(?:{_A_REAL}{_PERSON_SL}|nekom)",
    rf"(?:povezite?|prevezite?|zvezite?)\s+me\s+(?:s|z|na)\s+{_A_REAL}{_PERSON_SL}",
    r"(?:potrebujem|zelim|hocem|dajte\s+mi|daj\s+mi|lahko\s+dobim)\s+"
    rf"(?:prav[ae]ga\s+|pravo\s+|resnicnega\s+|ziv[ae]ga\s+|zivo\s+|kaksnega\s+|kaksno\s+)?{_PERSON_SL}",
    rf"(?:μιλησω|συζητησω|επικοινωνησω|συνομιλησω|συνδεθω)\s+με\s+(?:{_A_REAL}{_PERSON_EL}|καποιον)",
    rf"(?:συνδεσε|συνδεστε)\s+με\s+με\s+(?:{_A_REAL}{_PERSON_EL}|καποιον)",
    rf"(?:θελω|χρειαζομαι|δωσε\s+μου|δωστε\s+μου)\s+(?:εναν?\s+)?(?:πραγματικο\s+|αληθινο\s+)?{_PERSON_EL}",
    rf"(?:runat|parunat|aprunaties|sarunaties|sazinaties|savienojiet\s+mani|savieno\s+mani)\s+ar\s+"
    rf"(?:{_A_REAL}{_PERSON_LV}|kadu)",
    rf"(?:gribu|velos|vajag|vajadzigs|dodiet\s+man|dod\s+man)\s+(?:istu\s+|dzivu\s+|kadu\s+)?{_PERSON_LV}",
    rf"(?:mit|einen)\s+(?:einem\s+|einer\s+)?(?:echten\s+|richtigen\s+|realen\s+)?(?:{_PERSON_DE}|person\s+(?:sprechen|reden))",
)
WISH = re.compile(rf"\b(?:{'|'.join(_WISHES)})\b")
"""A wish for a person, anywhere in a message."""

_SOMEONE = (
    r"(?:(?:a|an|the|some) )?(?:(?:real|live|actual|human|customer service|support) )*"
    rf"(?:someone|somebody|{_PERSON_EN})"
)
ONLY_SOMEONE = re.compile(
    rf"(?:{_PLEASE_EN} )?{_SOMEONE}(?: {_PLEASE_EN})?"
    rf"|(?:{_PLEASE} )?(?:osoba|oseba|ανθρωπος|{_ELSEWHERE})(?: {_PLEASE})?"
)
"""A message that names a person and says no more."""
SOMEONE_PLEASE = re.compile(
    rf"\b(?:{_SOMEONE}(?: {_PLEASE_EN})+|(?:please|pls) {_SOMEONE}|{_ELSEWHERE} {_PLEASE}|{_PLEASE} {_ELSEWHERE})$"
)
"""A message that ends in asking for one."""

NOT_THAT = re.compile(
    r"\b(?:(?:don't|dont|do not|not|no|never|without|rather)\s+"
    r"(?:(?:want|need|wish|like|have|care|to|really|even|any|the|for)\s+)*"
    r"|(?:ne|necu|nocem|ni|nicht|kein\w*|δεν|negribu|nevelos|nevajag)\s+(?:\w+\s+)?(?:να\s+)?)$"
)
"""What stands before a wish that is none."""
