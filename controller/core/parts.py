"""What an announcement is made of, in the order in which it sounds: words, recordings, pauses. Pure.

The words are spoken by the station's voice, in Vietnamese. A recording has whatever language it was
spoken in: an announcement may say the same again in Tày. `text_of` is what faces show of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from controller.core.errors import InputError, Problem

PARTS_LIMIT = 12
PAUSE_LIMIT_S = 30.0
# ISO 639-3 where there is no shorter code: Kinh, Tày, Nùng, Dao, Mông, Thái, Sán Chay, Khmer, Ê Đê, Ba Na, another one
LANGUAGES = ("vi", "tyz", "nut", "ium", "hmn", "blt", "mlc", "km", "rad", "bdq", "und")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True)
class RecordingPart:
    """A sound file that somebody has brought or spoken; `sha256` names it."""

    sha256: str
    name: str  # what people call it
    language: str = "vi"
    length_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PausePart:
    length_s: float


Part = TextPart | RecordingPart | PausePart
Parts = tuple[Part, ...]


def parts_of(text: str, parts: Parts) -> Parts:
    """What sounds: the parts, or just the text where there are none."""
    return parts or (TextPart(text),)


def text_of(parts: Iterable[Part]) -> str:
    """The words that can be read, for boards and kiosk."""
    return "\n".join(part.text for part in parts if isinstance(part, TextPart) and part.text)


def plain(parts: Parts) -> Parts:
    """Nothing for what is only a text: there is one way of writing each announcement."""
    return () if len(parts) == 1 and isinstance(parts[0], TextPart) else parts


def problems_of_parts(parts: Parts) -> list[Problem]:
    """Everything wrong with parts but their texts, which are judged together."""
    found: list[Problem] = []
    if len(parts) > PARTS_LIMIT:
        found.append(Problem.of("parts", "too_many_parts", limit=PARTS_LIMIT))
    if parts and all(isinstance(part, PausePart) for part in parts):
        found.append(Problem.of("parts", "only_pauses"))
    for number, part in enumerate(parts, 1):
        if isinstance(part, PausePart) and not 0 < part.length_s <= PAUSE_LIMIT_S:
            found.append(Problem.of("parts", "pause_length", number=number, limit=f"{PAUSE_LIMIT_S:g}"))
        if isinstance(part, RecordingPart) and (not _SHA256.fullmatch(part.sha256) or part.language not in LANGUAGES):
            found.append(Problem.of("parts", "no_recording", number=number))
        if isinstance(part, TextPart) and not part.text:
            found.append(Problem.of("parts", "empty_part", number=number))
    return found


def document_of(parts: Sequence[Part]) -> list[dict[str, object]]:
    """As the store keeps them."""
    return [_document(part) for part in parts]


def _document(part: Part) -> dict[str, object]:
    match part:
        case TextPart(text):
            return {"kind": "text", "text": text}
        case PausePart(length_s):
            return {"kind": "pause", "length_s": length_s}
        case RecordingPart(sha256, name, language, length_s):
            return {
                "kind": "recording", "sha256": sha256, "name": name, "language": language, "length_s": length_s,
            }  # fmt: skip


def parts_from(document: Sequence[Mapping[str, object]]) -> Parts:
    """The parts of such a document; InputError for what is none."""
    found: list[Part] = []
    for each in document:
        try:
            match each["kind"]:
                case "text":
                    found.append(TextPart(str(each["text"])))
                case "pause":
                    found.append(PausePart(float(str(each["length_s"]))))
                case "recording":
                    length_s = float(str(each.get("length_s", 0)))
                    language = str(each.get("language", "vi"))
                    found.append(RecordingPart(str(each["sha256"]), str(each.get("name", "")), language, length_s))
                case kind:
                    raise InputError(Problem.of("parts", "unknown_part", kind=kind))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(Problem.of("parts", "unknown_part", kind=str(each)[:40])) from error
    return tuple(found)
