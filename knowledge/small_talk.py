"""Messages that ask nothing an article could answer: greetings, thanks, single marks, and mere abuse."""

import re

from knowledge.folding import greeklish_words, phrases, words

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
"""

_FILLERS = """
hi hello hey thanks thank you thx so much very many a lot again all everyone guys team please ok okay there
hvala paldies danke ευχαριστω bok zivjo sveiki γεια σας puno lepa lijepa liels vielen πολυ
"""
# Swearing about something is still a question; these words with nothing but the ones below are not.
_ABUSE = """
idiot idiots stupid dumb moron morons fool useless worthless crap shit bullshit fuck fucking fucked fucker motherfucker
asshole arsehole bastard bastards bitch wanker cunt dick prick retard retarded suck sucks screw loser losers trash
garbage scum pathetic incompetent scammers crooks hate wtf stfu fu
idiote idioti budala budale glup glupi glupa glupane kreten kreteni debil debili jebi jebote jebem jebiga pizda pizdo
kurac kurcu govno sranje sranja smece beskorisni beskoristan beskorisno lopovi prevaranti mrs odjebi picka picku
idiotka bedak bedaki bebec neumen neumni kretenski drek sranje zajebani zajebi fuknjen nesposobni nekoristen lopovi
prasec prekleti
ηλιθιε ηλιθιος ηλιθιοι βλακα βλακας βλακες μαλακα μαλακας μαλακες αχρηστε αχρηστος αχρηστοι αχρηστα γαμησου γαμω σκατα
σκατο πουτανα καθικι απατεωνες κλεφτες ανικανοι χαζε χαζος ηλιθια
idiots idioti mulkis mulki stulbs stulbi stulba debils debili suds sudi pisu maita kretins bezjedzigi bezjedzigs
nelietis krapnieki draza
idiot idioten dumm dumme bloed bloede blod blode arschloch scheisse scheiss scheissladen fick ficken wichser hurensohn
trottel depp deppen penner nutzlos unfahig betruger mist drecksladen verarschen
"""
_AROUND_ABUSE = """
you your youre u r ur are is am be was i im me my we it its this that these those the a an of off to so such and what
who how why all just really fucking bloody totally absolute absolutely completely complete piece bunch off go yourself
bot robot company service support people guys thing app site website man dude god hell oh ffs
ti si ste vi je ovo to ta ta su sam ja mi vas te bas tako jako potpuno svi mater materinu u i a na se mars bote firma
ste so sta je to tisti vi ti zelo popolnoma vsi firma podjetje
εισαι ειστε ειναι εισαστε αυτο αυτη το τα η ο οι τι πολυ τελειως εντελως και σου σας μου ρε ολοι εταιρεια εξυπηρετηση
tu jus esi esat ir tas sie sada visi pilnigi loti un mani manis ej
du ihr bist seid ist sind das der die ein eine so ganz total vollig alle und was fur dich euch mich kannst doch mal
deine eure laden
"""
_PHRASES = phrases(_PLEASANTRIES)
_FOLDED_FILLERS = frozenset(words(_FILLERS))
_FOLDED_ABUSE = frozenset(words(_ABUSE))
_FOLDED_AROUND = frozenset(words(_AROUND_ABUSE)) | _FOLDED_FILLERS | _FOLDED_ABUSE


def asks_nothing(text: str) -> bool:
    """Return whether no article can be the answer to `text`: small talk or mere abuse."""
    return is_small_talk(text) or is_abuse(text)


def is_abuse(text: str) -> bool:
    """Return whether `text` is nothing but abuse; a question that swears is still a question."""
    said = words(text)
    once = [re.sub(r"(.)\1{2,}", r"\1", word) for word in said]
    return any(
        _FOLDED_AROUND.issuperset(reading) and not _FOLDED_ABUSE.isdisjoint(reading)
        for reading in (said, once, greeklish_words(text))
    )


def is_small_talk(text: str) -> bool:
    """Return whether `text` asks nothing: no word at all, a pleasantry, or a run of nothing but pleasantries."""
    said = words(text)
    if not any(re.search(r"[^\W\d_]{2}", word) for word in said):
        return True
    # "heeello", "okkk": letters held down say nothing more.
    once = [re.sub(r"(.)\1{2,}", r"\1", word) for word in said]
    readings = (said, once, greeklish_words(text))
    return any(" ".join(reading) in _PHRASES or _FOLDED_FILLERS.issuperset(reading) for reading in readings)
