"""The Vietnamese input engine: what a field shows after these keys. Pure, table-driven, one key at a time.

Methods: "telex" (aa â, aw ă, dd đ, s f r x j tones, z takes the tone off), "vni" (1-5 tones, 0 off, 6-9 marks) and
"keys" (letters as they are, and keys of their own for marks and tones, which are combining characters).

| key                          | what becomes of it                                                            |
|------------------------------|-------------------------------------------------------------------------------|
| a mark, a tone               | acts on the word, however late it comes, if the word can be a syllable then   |
| a tone, and no whole syllable | the word is shown as typed until it is one: user, never uẻ; tiengs, then tiếng |
| the same again               | is undone, and written; that mark stays off for the rest of the word          |
| a letter after which no syllable can be | the word is a foreign one: all of it is shown as typed              |
| dd among consonants          | is đ: HĐND                                                                     |
| anything but a letter        | ends the word                                                                 |
| @                            | the word before it, and all up to the next blank, is an address: as typed      |

`undone` shows a word as typed, then with marks that no syllable has, then with its tone on each other vowel (names are
not always spelt by the rules: Seò). Scanner bursts must never come here.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import cache

from kiosk.syllables import TONES, VOWELS, bare, is_abbreviation, possible, rime_at, tone_at, whole

DELETE = "\b"
METHODS = ("telex", "vni", "keys")


@dataclass(frozen=True, slots=True)
class Mark:
    """What a key does to the first of these letters that is there; `own` is written where there is none."""

    changes: tuple[tuple[str, str], ...]
    own: str = ""


_A = (("ua", "uâ"), ("a", "â"))
_E = (("e", "ê"),)
_O = (("uo", "uô"), ("o", "ô"))
_HORN = (("uo", "ươ"), ("u", "ư"), ("o", "ơ"))
_BREVE = (("a", "ă"),)
_STROKE = (("d", "đ"),)

_DEAD: dict[str, Mark | int] = {tone: number for number, tone in enumerate(TONES) if number} | {
    "\u0302": Mark(_A + _E + _O),
    "\u0306": Mark(_BREVE),
    "\u031b": Mark(_HORN),
    "\u0335": Mark(_STROKE),
}
_TELEX_TONES: dict[str, Mark | int] = {"s": 1, "f": 2, "r": 3, "x": 4, "j": 5, "z": 0}
_VNI_TONES: dict[str, Mark | int] = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "0": 0}
_KEYS: dict[str, dict[str, Mark | int]] = {
    "telex": _TELEX_TONES
    | {"a": Mark(_A), "e": Mark(_E), "o": Mark(_O), "w": Mark(_HORN + _BREVE, "ư"), "d": Mark(_STROKE)},
    "vni": _VNI_TONES | {"6": Mark(_A + _E + _O), "7": Mark(_HORN), "8": Mark(_BREVE), "9": Mark(_STROKE)},
    "keys": {},
}
_TONE_OFF = "tone"


@dataclass(frozen=True, slots=True)
class Word:
    """The word being typed. `letters` have their marks and no tone; `off` are the marks that were undone.

    lent: the o of ưo got its horn because a letter followed, and the key for it may still come. gated: its letters act
    as marks and tones, so that it may be no Vietnamese at all. fixed: how somebody wants it, "" for by the rules.
    """

    keys: str = ""
    letters: str = ""
    tone: int = 0
    off: frozenset[str] = frozenset()
    foreign: bool = False
    lent: bool = False
    gated: bool = False
    fixed: str = ""

    @property
    def as_typed(self) -> str:
        return unicodedata.normalize("NFC", self.keys)

    @property
    def is_plain(self) -> bool:
        """Whether the rules leave it as it was typed."""
        return self.foreign or (self.gated and self.tone > 0 and not whole(self.letters.lower()))

    def shown(self, old_place: bool) -> str:
        return self.fixed or (self.as_typed if self.is_plain else self.read(old_place))

    def read(self, old_place: bool) -> str:
        """By its marks and tone, whether it is a syllable or not."""
        if not self.tone:
            return self.letters
        return _toned(self.letters, self.tone, tone_at(self.letters.lower(), old_place))


NO_WORD = Word()


@dataclass(frozen=True, slots=True)
class Typing:
    """A field's text: `done`, then the word before with what follows it, then the word being typed.

    old_place: hòa, thúy; else hoà, thuý. plain: within an address, where letters are letters.
    """

    method: str = "telex"
    old_place: bool = True
    done: str = ""
    last: Word = NO_WORD
    gap: str = ""
    word: Word = NO_WORD
    plain: bool = False

    @property
    def text(self) -> str:
        return self.done + self.last.shown(self.old_place) + self.gap + self.word.shown(self.old_place)


def typed(keys: str, method: str = "telex", old_place: bool = True) -> str:
    """What a field shows after these keys, in NFC. "\\b" takes the last letter away."""
    typing = Typing(method, old_place)
    for key in keys:
        typing = pressed(typing, key)
    return typing.text


def written(text: str, method: str = "telex", old_place: bool = True) -> Typing:
    """A field that holds a text already; its last word can be typed on."""
    text = unicodedata.normalize("NFC", text)
    end = len(text)
    while end and _is_letter(text[end - 1]):
        end -= 1
    word = NO_WORD
    for letter in text[end:]:
        word = _with_letter(word, letter, gated=False)
    plain = "@" in text and not any(each.isspace() for each in text[text.rfind("@") :])
    if word.shown(old_place) != text[end:]:  # its tone stands elsewhere than the rules say: it is kept as it is
        return Typing(method, old_place, done=text, plain=plain)
    return Typing(method, old_place, done=text[:end], word=replace(word, keys=text[end:]), plain=plain)


def pressed(typing: Typing, key: str) -> Typing:
    """After one more key: one character."""
    if key == DELETE:
        return deleted(typing)
    if key in _DEAD:
        return replace(typing, word=_by_dead_key(typing.word, _DEAD[key]))
    effect = None if typing.plain else _effects(typing.method).get(key)
    if effect is not None or _is_letter(key):
        return replace(typing, word=_grown(typing, key, effect))
    if not key.isascii():
        done = unicodedata.normalize("NFC", typing.text + key)
        return Typing(typing.method, typing.old_place, done, plain=typing.plain and not key.isspace())
    plain = key == "@" or (typing.plain and not key.isspace())
    if not typing.word.keys:
        return replace(typing, gap=typing.gap + key, plain=plain)
    word = typing.word
    if key == "@" and word.gated and not word.fixed:
        word = replace(word, fixed=word.as_typed)
    done = typing.done + typing.last.shown(typing.old_place) + typing.gap
    return Typing(typing.method, typing.old_place, done, word, key, plain=plain)


def deleted(typing: Typing) -> Typing:
    """Without the last letter that is shown. A word is gone back into as it was typed."""
    word = typing.word
    if not word.keys:
        if typing.gap:
            gap, plain = typing.gap[:-1], typing.plain and typing.gap[-1] != "@"
            return replace(typing, gap=gap, plain=plain) if gap else replace(
                typing, gap="", last=NO_WORD, word=typing.last, plain=plain
            )  # fmt: skip
        if typing.last.keys:
            return deleted(replace(typing, last=NO_WORD, word=typing.last))
        return written(typing.done[:-1], typing.method, typing.old_place)
    if word.fixed:
        left = word.fixed[:-1]
        return replace(typing, word=Word(left, left, foreign=True, fixed=left) if left else NO_WORD)
    if word.is_plain:
        return replace(typing, word=_spelt(typing, word.keys[:-1]))
    return replace(typing, word=_without_last(word, typing.old_place))


def undone(typing: Typing) -> Typing:
    """The word being typed, or the one before, in its next way: as typed, its tone elsewhere, by the rules again."""
    which = "word" if typing.word.keys or not typing.last.keys else "last"
    word: Word = getattr(typing, which)
    ways, shown = _ways(typing, word), word.shown(typing.old_place)
    at = (ways.index(shown) + 1) % len(ways) if shown in ways else 0
    other = replace(word, fixed=ways[at] if at else "")
    return replace(typing, word=other) if which == "word" else replace(typing, last=other)


def _ways(typing: Typing, word: Word) -> list[str]:
    """How a word may be meant, first by the rules; what looks the same stands once."""
    read = _spelt(typing, word.keys, foreign=True) if word.gated and word.is_plain else word
    places = (_toned(read.letters, read.tone, at) for at in _other_places(read, typing.old_place))
    by_rules = replace(word, fixed="").shown(typing.old_place)
    return list(dict.fromkeys((by_rules, word.as_typed, read.read(typing.old_place), *places)))


def _spelt(typing: Typing, keys: str, foreign: bool = False) -> Word:
    """A word typed anew. foreign: its marks are taken even where no syllable can be."""
    word, effects = NO_WORD, {} if typing.plain else _effects(typing.method)
    for key in keys:
        word = _changed(word, key, effects.get(key), typing.method != "keys" and not foreign)
    return word


def _grown(typing: Typing, key: str, effect: Mark | int | None) -> Word:
    """The word being typed with one more letter; one that somebody has put right stays so."""
    word, gated = typing.word, typing.method != "keys"
    if typing.plain and not word.keys:
        word = Word(foreign=True, gated=gated)
    fixed = unicodedata.normalize("NFC", word.fixed + key) if word.fixed else ""
    return replace(_changed(replace(word, fixed=""), key, effect, gated), fixed=fixed)


def _is_letter(key: str) -> bool:
    """Whether it can be part of a word; letters of other scripts are only kept."""
    latin = key <= "\u024f" or "\u1e00" <= key <= "\u1eff"
    return latin and key.isalpha() and len(key.lower()) == 1


@cache
def _effects(method: str) -> dict[str, Mark | int]:
    keys = _KEYS[method]
    return keys | {key.upper(): effect for key, effect in keys.items()}


def _changed(word: Word, key: str, effect: Mark | int | None, gated: bool) -> Word:
    """A word after a key that may act on it, or else is a letter."""
    if effect is not None and not word.foreign:
        found = (
            _with_tone(word, effect, gated) if isinstance(effect, int) else _with_mark(word, key.lower(), effect, gated)
        )
        if found is not None:
            undone_again = len(found.off) > len(word.off)
            letters = found.letters + key if undone_again else found.letters
            return replace(found, keys=word.keys + key, letters=letters, gated=gated)
        own = effect.own if isinstance(effect, Mark) and key.lower() not in word.off else ""
        if own and possible(word.letters.lower() + own) and word.letters[-1:].lower() not in VOWELS:
            letters = word.letters + (own.upper() if key.isupper() else own)
            return replace(word, keys=word.keys + key, letters=letters, gated=gated)
    return _with_letter(word, key, gated)


def _by_dead_key(word: Word, effect: Mark | int) -> Word:
    """A word after a mark or tone that has a key of its own: the same again takes it off, and nothing is written."""
    if isinstance(effect, int):
        if tone_at(word.letters.lower(), True) < 0:
            return word
        return replace(word, tone=0 if word.tone == effect else effect, fixed="")
    low = word.letters.lower()
    for old, new in effect.changes:
        at = bare(low).rfind(old)
        if at < 0:
            continue
        new = _opened(low, at, old, new)
        shape = old if low[at : at + len(old)] == new else new
        letters = _put(word.letters, at, shape)
        if possible(letters.lower()) or not possible(low):
            return replace(word, letters=letters, fixed="")
    return word


def _with_tone(word: Word, tone: int, gated: bool) -> Word | None:
    """None where the key is no tone: it is a letter then."""
    if _TONE_OFF in word.off:
        return None
    if tone == 0:
        return replace(word, tone=0) if word.tone else None
    if word.tone == tone:
        return replace(word, tone=0, off=word.off | {_TONE_OFF})
    low = word.letters.lower()
    fits = possible(low, tone) or not gated
    return replace(word, tone=tone) if fits and tone_at(low, True) >= 0 else None


def _with_mark(word: Word, key: str, mark: Mark, gated: bool) -> Word | None:
    """None where there is nothing to mark: the key is a letter then."""
    if key in word.off:
        return None
    low = word.letters.lower()
    plain = bare(low)
    begin = 0 if mark.changes is _STROKE else rime_at(low)
    abbreviated = mark.changes is _STROKE and is_abbreviation(low)
    for old, new in mark.changes:
        at = plain.rfind(old) if abbreviated else plain.find(old, begin)
        if at < 0 or (mark.changes is _STROKE and at != (len(plain) - 1 if abbreviated else 0)):
            continue
        new = _opened(low, at, old, new)
        if low[at : at + len(old)] == new:
            if word.lent and new == "ươ":
                return replace(word, lent=False)
            if mark.own and low.endswith(mark.own) and word.keys[-1].lower() == key != word.keys[-2:-1].lower() != "u":
                return replace(word, letters=word.letters[:-1], off=word.off | {key})  # it was written by this key
            return replace(word, letters=_put(word.letters, at, old), off=word.off | {key})
        letters = _put(word.letters, at, new)
        if abbreviated or not gated or possible(letters.lower()):
            return replace(word, letters=letters)
    return None


def _opened(low: str, at: int, old: str, new: str) -> str:
    """uo at the end of a word becomes uơ (thuở) until something follows."""
    return "uơ" if new == "ươ" and at + 2 == len(low) and low[at] == "u" and old == "uo" else new


def _with_letter(word: Word, key: str, gated: bool) -> Word:
    letter, tone = _apart(key)
    tone = tone or word.tone
    letters, lent = word.letters, word.lent
    end = letters[-2:].lower()
    if end in {"uơ", "ưo"} and rime_at(letters.lower()) <= len(letters) - 2:
        letters, lent = _put(letters, len(letters) - 2, "ươ"), end == "ưo"
    letters += letter
    low = letters.lower()
    foreign = word.foreign or (gated and not word.off and not possible(low, tone) and not is_abbreviation(low))
    return Word(word.keys + key, letters, tone, word.off, foreign, lent, gated)


def _without_last(word: Word, old_place: bool) -> Word:
    letters = word.letters[:-1]
    if not letters:
        return NO_WORD
    tone = word.tone if tone_at(letters.lower(), old_place) >= 0 else 0
    shorter = replace(word, letters=letters, tone=tone)
    return replace(shorter, keys=shorter.shown(old_place))


def _other_places(word: Word, old_place: bool) -> tuple[int, ...]:
    if not word.tone:
        return ()
    low = word.letters.lower()
    usual = tone_at(low, old_place)
    return tuple(at for at, letter in enumerate(low) if letter in VOWELS and at != usual)


def _put(letters: str, at: int, new: str) -> str:
    """`new` in place of as many letters, each in the case of what it replaces."""
    old = letters[at : at + len(new)]
    return (
        letters[:at]
        + "".join(n.upper() if o.isupper() else n for o, n in zip(old, new, strict=True))
        + letters[at + len(new) :]
    )


@cache
def _with_tone_mark(letter: str, tone: int) -> str:
    return unicodedata.normalize("NFC", letter + TONES[tone])


def _toned(letters: str, tone: int, at: int) -> str:
    return letters[:at] + _with_tone_mark(letters[at], tone) + letters[at + 1 :] if at >= 0 else letters


def _apart(letter: str) -> tuple[str, int]:
    """A letter and its tone, if it was typed with one."""
    if letter.isascii():
        return letter, 0
    parts = unicodedata.normalize("NFD", letter)
    tone = next((part for part in parts[1:] if part in TONES), "")
    return (unicodedata.normalize("NFC", parts.replace(tone, "")), TONES.index(tone)) if tone else (letter, 0)
