"""What people wrap a question in: greetings, thanks, a name under it. In a vector it weighs as much as the question."""

import re

from knowledge.folding import phrases, words
from knowledge.small_talk import is_small_talk

# Begin a message; what follows need not be set off: "hi where is my parcel".
_GREETINGS = """
hi, hii, hello, hey, heya, hiya, good morning, good afternoon, good evening, good day
bok, bog, pozdrav, dobar dan, dobro jutro, dobra vecer, dobro vece, zdravo, postovani
zivjo, pozdravljeni, spostovani, dober dan, dober vecer
γεια, γεια σας, γεια σου, καλημερα, καλημερα σας, καλησπερα, καλησπερα σας, χαιρετε
sveiki, labdien, labrit, labvakar, cau
hallo, hallo zusammen, guten tag, guten morgen, guten abend, servus, moin, gruss gott
bonjour, salut, ciao, buongiorno, hola, buenos dias
"""
# Begin a letter: up to the comma or the line's end everything is whom it is to.
_ADDRESSES = """
dear, postovani, postovana, spostovani, spostovana, αγαπητοι, αγαπητη, αγαπητε, cienijamie, liebe, lieber, sehr
"""
_AFTER_GREETING = frozenset(
    "there all team everyone everybody guys folks support sir madam again dear svima vsem visiem zusammen".split()
)
# Lead to a question, and are no part of it: "I'd like to know where my order is".
_OPENERS = """
i'd like to know, i would like to know, i want to know, i wanted to know, i need to know, i'd like to ask
i would like to ask, i wanted to ask, i want to ask, just wanted to ask, i just wanted to ask, i was wondering
i am wondering, i'm wondering, just wondering, wondering, could you tell me, can you tell me
could you please tell me, can you please tell me, would you tell me, please tell me, tell me, could you let me know
can you let me know, please let me know, do you know, do you happen to know, may i ask, can i ask, my question is
the question is, a question, question, quick question, one question, i have a question, i have a quick question
i've got a question, just a question, any idea, help me understand, could you explain, can you explain
please explain
zanima me, zanimalo me, zanimalo bi me, imam pitanje, pitanje, jedno pitanje, mozete li mi reci
moze li mi netko reci, recite mi, htio bih znati, htjela bih znati, htio sam pitati, htjela sam pitati, zelim znati
molim vas recite mi, znate li
zanima me ce, vprasanje, imam vprasanje, eno vprasanje, mi lahko poveste, lahko poveste, povejte mi
prosim povejte mi, ali veste, rad bi vedel, rada bi vedela, rad bi vprasal, rada bi vprasala, hotel sem vprasati
hotela sem vprasati
θα ηθελα να μαθω, θα ηθελα να ξερω, θα ηθελα να ρωτησω, θελω να μαθω, θελω να ρωτησω, ηθελα να ρωτησω
μπορειτε να μου πειτε, μπορεις να μου πεις, πειτε μου, μηπως ξερετε, ξερετε, εχω μια ερωτηση, μια ερωτηση, ερωτηση
es gribetu zinat, gribu zinat, gribetu zinat, velos zinat, vai varat pateikt, vai jus zinat, vai zinat
pasakiet ludzu, man ir jautajums, jautajums, gribeju pajautat
ich mochte wissen, ich wollte wissen, ich wollte fragen, ich mochte fragen, konnen sie mir sagen
konnt ihr mir sagen, kannst du mir sagen, wissen sie, ich habe eine frage, frage, eine frage
mich wurde interessieren
"""
# End a message or a sentence.
_THANKS = """
please, pls, plz, thanks, thank you, thank u, thx, ty, tnx, tia, cheers, many thanks, thanks a lot, thanks so much
thank you so much, thank you very much, thanks in advance, thank you in advance, many thanks in advance
thanks again, thanks for your help, thank you for your help, asap
molim, molim vas, hvala, hvala vam, puno hvala, hvala lijepa, hvala unaprijed, lijep pozdrav, lp
prosim, najlepsa hvala, hvala lepa, hvala vnaprej, lep pozdrav
παρακαλω, ευχαριστω, ευχαριστω πολυ, σας ευχαριστω, ευχαριστω εκ των προτερων
ludzu, paldies, liels paldies, paldies jau ieprieks
bitte, danke, danke schon, vielen dank, danke im voraus, vielen dank im voraus, danke euch, lg, mfg, vg
"""
# What follows one of these at the end of a message is a name.
_SIGNATURES = """
regards, kind regards, best regards, warm regards, with kind regards, best wishes, all the best, best, sincerely
yours sincerely, yours faithfully, yours truly, cheers, thanks, thank you, many thanks, br
lijep pozdrav, srdacan pozdrav, s postovanjem, pozdrav, lp, lep pozdrav, s spostovanjem, prijazen pozdrav, hvala
με εκτιμηση, φιλικα, ευχαριστω, με φιλικους χαιρετισμους
ar cienu, paldies
mit freundlichen grussen, mit freundlichen gruessen, freundliche grusse, viele grusse, beste grusse, liebe grusse
mfg, lg, vg, gruss, danke
"""
# In a sentence that asks nothing there is one of these: "can I have it with the problem" may ask something.
_TELLING = """
help assist assistance question questions hope appreciate appreciated thanks thank advise advice forward bother
bothering pitanje pomoci pomoc hvala odgovor odgovoru vprasanje pomagate ερωτηση βοηθησετε βοηθεια ευχαριστω απαντηση
jautajums palidzet palidzibu paldies atbildi frage helfen hilfe dank
"""
# A sentence of nothing but these and the ones above says that a question is coming, or that an answer would be nice.
_FILLING = """
i we a an the and of to is it this that with about you your me my us our can could would will may be do does have has
had got am are well doing find finds day great nice so if any all please pls helping helps assisting support someone
somebody anyone team sir madam quick small short problem problems issue issues need needs want like some answer reply
response hear hearing back from soon looking thx advance much very really kindly let know ask asking inquiry enquiry
concern trouble time for in urgent urgently asap
imam jedno molim vas mozete li mi trebam zanima me unaprijed na cekam
eno prosim lahko potrebujem vnaprej za
εχω μια μπορειτε να με παρακαλω χρειαζομαι εκ των προτερων για την περιμενω
man ir vai varat ludzu vajag jau ieprieks gaidisu
ich habe eine konnen sie mir bitte brauche vielen im voraus fur die antwort
"""
_LONGEST_PHRASE, _LONGEST_NAME = 6, 4
_LONGEST_EMPTY = 14
_SHORTEST_QUESTION = 2
# "Hello, hi, where is it, please, thank you"
_LAYERS = 3
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?;…\u037e])(?<!\b\w\.)\s+|\n+")
_NAME = re.compile(r"\s*([^\W\d_]+)(?:\s+\w+)?\s*[,!]\s*")
_BETWEEN = " ,!.:;-–—)🙂😊👋"
_NEXT_IS_PART = re.compile(r"['’\-&/.@]\w")
_OPENING_PHRASES = phrases(_OPENERS)
_GREETING_PHRASES, _ADDRESS_WORDS = phrases(_GREETINGS), phrases(_ADDRESSES)
_THANKS_PHRASES, _SIGNATURE_PHRASES = phrases(_THANKS), phrases(_SIGNATURES)
_TELLING_WORDS = frozenset(words(_TELLING))
_EMPTY_WORDS = _TELLING_WORDS | frozenset(words(_FILLING))
_FAREWELLS = _THANKS_PHRASES | _SIGNATURE_PHRASES


def sentences_asked(text: str) -> list[str]:
    """Return the sentences of a message without what only wraps them; the whole message when nothing else is left."""
    sentences = _SENTENCE_END.split(_without_signature(text))
    if _is_farewell(sentences[-1]):
        sentences.pop()
    left = [without for said in sentences if (without := _bare(said)) and not _is_empty(without)]
    return left or [text]


def _without_signature(text: str) -> str:
    """A last line of a few words after a farewell is a name, whatever stands in it."""
    lines = text.rstrip().split("\n")
    for number in range(max(1, len(lines) - _LONGEST_NAME), len(lines)):
        said = " ".join(words(lines[number]))
        below = [word for line in lines[number + 1 :] for word in words(line)]
        if said in _SIGNATURE_PHRASES and len(below) <= 2 * _LONGEST_NAME:
            return "\n".join(lines[:number])
    return text


def _is_farewell(sentence: str) -> bool:
    """Whether a sentence is nothing but thanks and greetings, and perhaps a name: 'Hvala i lijep pozdrav, Ivan'."""
    said = sentence
    while found := _leading(said, _FAREWELLS):
        said = re.sub(r"^(?:\W|(?:and|i|in|und|και|un)\b)+", "", said[found:])
    left = said.split()
    return said != sentence and len(left) <= _LONGEST_NAME // 2 and all(word[0].isupper() for word in left)


def _bare(sentence: str) -> str:
    """A sentence without the greeting before it and the thanks behind it."""
    for _ in range(_LAYERS):
        sentence = _without_opener(_without_thanks(_without_greeting(sentence)))
    return sentence


def _without_greeting(sentence: str) -> str:
    first = _WORD.search(sentence)
    if first and " ".join(words(first[0])) in _ADDRESS_WORDS:
        return _without_address(sentence)
    if end := _leading(sentence, _THANKS_PHRASES):
        # "thanks, where is it" but not "thanks for nothing"
        return sentence[end:].lstrip(_BETWEEN) if sentence[end : end + 1] in {",", "!"} else sentence
    if not (end := _leading(sentence, _GREETING_PHRASES)):
        return sentence
    while (after := _WORD.match(sentence, end + 1)) and after[0].lower() in _AFTER_GREETING:
        end = after.end()
    if _NEXT_IS_PART.match(sentence, end):
        return sentence
    name = _NAME.match(sentence, end)
    return sentence[name.end() if name and name[1][0].isupper() else end :].lstrip(_BETWEEN)


def _without_opener(sentence: str) -> str:
    """The question itself; what has hardly another word is left as it is."""
    rest = sentence[_leading(sentence, _OPENING_PHRASES) :].lstrip(_BETWEEN)
    return rest if len(_WORD.findall(rest)) >= _SHORTEST_QUESTION else sentence


def _leading(sentence: str, phrases: frozenset[str]) -> int:
    """Where the longest of these phrases ends with which a sentence begins; 0 when it begins with none."""
    found = [one for one, _ in zip(_WORD.finditer(sentence), range(_LONGEST_PHRASE), strict=False)]
    folded = [" ".join(words(one[0])) for one in found]
    counts = range(len(found), 0, -1)
    return next((found[count - 1].end() for count in counts if " ".join(folded[:count]) in phrases), 0)


def _without_address(sentence: str) -> str:
    """'Dear support team, where ...' up to the comma; as it is where none comes soon."""
    found = zip(_WORD.finditer(sentence), range(_LONGEST_NAME + 1), strict=False)
    ends = [one.end() for one, _ in found if sentence[one.end() :].lstrip()[:1] in {",", "!", ""}]
    return sentence[ends[0] :].lstrip(_BETWEEN) if ends else sentence


def _without_thanks(sentence: str) -> str:
    found = list(_WORD.finditer(sentence))
    folded = [" ".join(words(one[0])) for one in found[-_LONGEST_PHRASE:]]
    for count in range(min(_LONGEST_PHRASE, len(folded)), 0, -1):
        if " ".join(folded[-count:]) in _THANKS_PHRASES and count < len(found):
            begin, end = found[-count].start(), found[-1].end()
            marks = sentence[end:].strip() if any(mark in sentence[end:] for mark in "?;\u037e") else ""
            return sentence[:begin].rstrip(" ,.-–—(") + marks
    return sentence


def _is_empty(sentence: str) -> bool:
    said = words(sentence)
    is_courteous = (
        len(said) <= _LONGEST_EMPTY and _EMPTY_WORDS.issuperset(said) and not _TELLING_WORDS.isdisjoint(said)
    )
    return is_courteous or is_small_talk(sentence)
