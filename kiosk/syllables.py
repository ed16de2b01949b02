"""Which spellings a Vietnamese syllable can have, also half written, and where its tone mark stands. Pure tables.

Half written: marks may come late, so `tieng` may still become `tiếng`. Whole: it is a syllable as it stands, and can
have a tone. What can become neither is a foreign word or a name, and is left as typed. Nothing here knows of keys.
"""

from __future__ import annotations

from itertools import product

VOWELS = frozenset("aăâeêioôơuưy")
MARKED = frozenset("ăâêôơư")
TONES = " \u0301\u0300\u0309\u0303\u0323"  # level, then sắc, huyền, hỏi, ngã, nặng as combining characters
_BARE = str.maketrans("ăâêôơưđĂÂÊÔƠƯĐ", "aaeooudAAEOOUD")

_ONSETS = frozenset(
    " b c ch d đ g gh gi h k kh l m n ng ngh nh p ph q qu r s t th tr v x".split(" ")  # noqa: SIM905 - for people to read
)
# of names of the highlands, which are written with the same marks (Krông, Hmông, Mlô)
_HIGHLAND_ONSETS = frozenset("bl br dr đr gl gr hl hm hr kl km kn kp kr ml mn pl pr rm sr st xt".split())  # noqa: SIM905
# rimes without a final consonant; then nuclei with the finals each can have
_OPEN = (
    "a ai ao au ay âu ây e eo ê êu i ia iê iêu iu o oa oai oao oay oe oeo oi ô ôi ơ ơi u ua uâ uây uê ui uôi uơ uy uya "
    "uyu uyê ư ưa ưi ươ ươi ươu ưu y yê yêu ưu"
)
_CLOSED = (
    "a:c,ch,k,m,n,ng,nh,p,t ă:c,k,m,n,ng,p,t â:c,m,n,ng,p,t e:c,k,m,n,ng,p,t ê:ch,m,n,ng,nh,p,t i:c,ch,k,m,n,ng,nh,p,t "
    "iê:c,m,n,ng,p,t o:c,m,n,ng,p,t oa:c,ch,m,n,ng,nh,p,t oă:c,m,n,ng,t oe:m,n,ng,t oo:c,m,n,ng,t ô:c,m,n,ng,p,t "
    "ơ:m,n,ng,p,t u:c,k,m,n,ng,p,t ua:n,ng,t uâ:n,ng,t uă:n,t,c uê:ch,n,nh uô:c,m,n,ng,p,t uy:c,ch,n,nh,p,t "
    "uyê:n,t,m,ng ư:c,m,n,ng,t ươ:c,m,n,ng,p,t yê:m,n,ng,t"
)
_HIGHLAND_CLOSED = "o:k u:k ư:k ơ:k ă:h ư:h ơ:h"  # after any onset (Búk, Păh, Pưh); no tone goes with the h,
_HIGHLAND_RIMES = "ă â ôk êk âk"  # after an onset of the highlands only (Kpă, Blôk; but book)


def _half_written(rimes: set[str]) -> frozenset[str]:
    """Every beginning of every rime, with each of its marks there or still to come."""
    found: set[str] = set()
    for rime in rimes:
        letters = ((letter,) if bare(letter) == letter else (letter, bare(letter)) for letter in rime)
        for written in product(*letters):
            found.update("".join(written[:count]) for count in range(len(written) + 1))
    return frozenset(found)


def bare(text: str) -> str:
    """Without the marks of its letters; tones must be off already."""
    return text.translate(_BARE)


def _closed(table: str) -> set[str]:
    return {
        nucleus + final
        for part in table.split()
        for nucleus, finals in [part.split(":")]
        for final in finals.split(",")
    }


_WHOLE = {*_OPEN.split(), *_closed(_CLOSED), *_closed(_HIGHLAND_CLOSED)}
_WHOLE_AFTER_QU = _WHOLE | {rime[1:] for rime in _WHOLE if rime.startswith("uy")}
_WHOLE_IN_HIGHLANDS = _WHOLE | set(_HIGHLAND_RIMES.split())
_RIMES, _RIMES_AFTER_QU = _half_written(_WHOLE), _half_written(_WHOLE_AFTER_QU)
_RIMES_IN_HIGHLANDS = _half_written(_WHOLE_IN_HIGHLANDS)
_STOPS = ("c", "ch", "k", "p", "t")
_ABBREVIATION = 8  # letters at most
_FRONT = frozenset("eêiy")  # before these k is written, never c
_SLOW_TONES = frozenset({2, 3, 4})  # huyền, hỏi, ngã
_MOVABLE = frozenset({"oa", "oe", "uy"})  # the old place is the first letter, the new one the second
_LAST = frozenset({"ie", "ue", "uo", "ye", "uye"})  # half written iê, uê, uô, yê, uyê: the tone stands on the last


def rime_at(word: str) -> int:
    """Where the rime of a word (small letters, no tone) begins: the u of qu and the i of già belong to the onset."""
    if word[:2] == "qu" or (word[:2] == "gi" and word[2:3] in VOWELS):
        return 2
    for at, letter in enumerate(word):
        if letter in VOWELS:
            return at
    return len(word)


def possible(word: str, tone: int = 0) -> bool:
    """Whether a word (small letters, no tone in them) is a syllable or can become one. A tone may come late, but
    before c, ch, k, p and t it can only be sắc or nặng."""
    at = rime_at(word)
    onset, rime = word[:at], word[at:]
    if onset in _HIGHLAND_ONSETS:
        known = rime in _RIMES_IN_HIGHLANDS
    else:
        known = onset in _ONSETS and rime in (_RIMES_AFTER_QU if onset == "qu" else _RIMES)
    return known and (tone not in _SLOW_TONES or not word.endswith(_STOPS))


def whole(word: str) -> bool:
    """Whether a word that is `possible` is a syllable as it stands, and can show a tone: `thuê`, not `thue`."""
    at = rime_at(word)
    onset, rime = word[:at], word[at:]
    if rime.endswith("h") and not rime.endswith(("ch", "nh")):
        return False
    if onset in _HIGHLAND_ONSETS:
        return rime in _WHOLE_IN_HIGHLANDS
    if onset == "c" and rime[:1] in _FRONT:
        return False
    return rime in (_WHOLE_AFTER_QU if onset == "qu" else _WHOLE)


def is_abbreviation(word: str) -> bool:
    """Whether a word is a few consonants and nothing else: UBND, HĐND."""
    return len(word) <= _ABBREVIATION and VOWELS.isdisjoint(word)


def tone_at(word: str, old_place: bool) -> int:
    """The letter of a word (small letters, no tone) on which its tone mark stands; -1 where there is no vowel.

    The places differ for oa, oe, uy without a final consonant: hòa is the old one, hoà the new.
    """
    end = len(word)
    while end and word[end - 1] not in VOWELS:
        end -= 1
    first = rime_at(word)
    begin = end
    while begin > first and word[begin - 1] in VOWELS:
        begin -= 1
    if begin == end:
        return -1
    for at in range(end - 1, begin - 1, -1):
        if word[at] in MARKED:
            return at
    count, closed = end - begin, end < len(word)
    nucleus = word[begin:end]
    if count == 1 or closed or nucleus in _LAST:
        return end - 1
    if count == 2:
        return begin if old_place or nucleus not in _MOVABLE else begin + 1
    return begin + 1
