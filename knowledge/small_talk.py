"""Messages that ask nothing an article could answer: greetings, thanks, single marks."""

import re

from knowledge.folding import greeklish_words, words

# Said in full, these are no questions. They are compared as folded words, so case, accents and marks do not matter,
# and a Greek line is recognised in either script.
_PLEASANTRIES = """
hi, hello, hey, hiya, yo, hy, hii, hola, good morning, good afternoon, good evening, good day, good night, morning
hi there, hello there, hey there, anybody there, anyone there, is anybody there, is anyone there, are you there
hi all, hi team, hello team, how are you, how are you doing, whats up, what s up, sup, nice to meet you
thanks, thank you, thank u, thx, ty, tnx, cheers, many thanks, thanks a lot, thank you so much, thank you very much
thanks so much, much appreciated, great, perfect, awesome, cool, nice, super, ok, okay, k, kk, okey, alright, fine
got it, i see, sure, yes, yep, yeah, no, nope, nah, please, sorry, np, no problem, never mind, nevermind, lol, haha
bye, goodbye, see you, see ya, later, have a nice day, test, tests, testing, ping, help, help me, please help
i need help, can you help me, can you help, hmm, hm, um, what, why, who are you, are you a bot, are you human, bot
bok, bog, cao, zdravo, pozdrav, dobar dan, dobro jutro, dobra vecer, dobro vece, hvala, hvala lijepa, hvala lepa
hvala ti, hvala puno, najljepsa hvala, u redu, vazi, moze, da, ne, molim, dovidenja, pomoc, trebam pomoc, kako si
zivjo, zivijo, oj, hej, dober dan, dobro jutro, dober vecer, lep pozdrav, najlepsa hvala, hvala lepa, v redu
prosim, nasvidenje, adijo, ja, potrebujem pomoc, pomagajte, kako ste
γεια, γεια σου, γεια σας, καλημερα, καλησπερα, καληνυχτα, χαιρετε, χαιρετω, ευχαριστω, ευχαριστω πολυ, σας ευχαριστω
ενταξει, οκ, ναι, οχι, παρακαλω, αντιο, βοηθεια, χρειαζομαι βοηθεια, δοκιμη, τι κανεις, τι κανετε
sveiki, labdien, labrit, labvakar, cau, paldies, liels paldies, labi, ja, ne, ludzu, uz redzesanos, ata, palidziet
palidziba, vajag palidzibu, ka iet
hallo, guten tag, guten morgen, guten abend, servus, moin, gruss gott, danke, danke schon, vielen dank, in ordnung
alles klar, ja, nein, bitte, tschuss, auf wiedersehen, hilfe, ich brauche hilfe, wie geht s, wie geht es
bonjour, salut, merci, merci beaucoup, bonsoir, ciao, grazie, buongiorno, gracias, buenos dias, obrigado, ola
""".replace("\n", ",")

_FILLERS = """
hi hello hey thanks thank you thx so much very many a lot again all everyone guys team please ok okay there
hvala paldies danke ευχαριστω bok zivjo sveiki γεια σας puno lepa lijepa liels vielen πολυ
"""
_PHRASES = frozenset(" ".join(words(phrase)) for phrase in _PLEASANTRIES.split(",") if phrase.strip())
_FOLDED_FILLERS = frozenset(words(_FILLERS))


def is_small_talk(text: str) -> bool:
    """Return whether `text` asks nothing: no word at all, a pleasantry, or a run of nothing but pleasantries."""
    said = words(text)
    if not any(re.search(r"[^\W\d_]{2}", word) for word in said):
        return True
    # "heeello", "okkk": letters held down say nothing more.
    once = [re.sub(r"(.)\1{2,}", r"\1", word) for word in said]
    readings = (said, once, greeklish_words(text))
    return any(" ".join(reading) in _PHRASES or _FOLDED_FILLERS.issuperset(reading) for reading in readings)
