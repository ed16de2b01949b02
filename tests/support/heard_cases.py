"""Recordings of announcements, made up: the sample announcements through generated amplifiers, horns, echoes, sound
cards and noises, and everything else that a microphone may hear in their place. Seeded: the same seed, the same cases.
"""

from __future__ import annotations

import subprocess
import tempfile
import tomllib
import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio import chimes

Samples = NDArray[np.float32]
RATE = 16_000  # of the recordings, and of the references in these cases
LEAD_S = 0.1  # the recording begins so long before the words, give or take
TAIL_S = 1.8
TEXTS = sorted((Path(__file__).parents[2] / "schedules" / "data").glob("[0-9]*.toml"))
NOISES = ("white", "pink", "babble", "rain", "mains")


@dataclass(frozen=True)
class Case:
    """`truth`: "heard", "not_heard" or "unsure" (a part of the words, or at another time: never "heard")."""

    kind: str
    truth: str
    snr_db: float | None  # as made; None where there is no noise, or no words
    recording: Samples
    reference: Samples
    offset_s: float  # from the words' beginning to the first sample of the recording
    delay_s: float = 0.0
    gain_db: float = 0.0
    drift_ppm: float = 0.0


@cache
def speech(number: int) -> Samples:
    """One of the ten sample announcements, spoken by espeak-ng's Vietnamese voice, near -16 dBFS RMS, at RATE."""
    text = tomllib.loads(TEXTS[number].read_text(encoding="utf-8"))["text"]
    return spoken(text)


@cache
def spoken(text: str) -> Samples:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(
            ["espeak-ng", "-v", "vi", "-s", "150", "-w", file.name, "--stdin"], input=text.encode(), check=True
        )
        with wave.open(file.name) as sound:
            rate = sound.getframerate()
            raw = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float64) / 32768
    count = len(raw) * RATE // rate
    seconds = len(raw) // rate + 1
    spectrum = np.fft.rfft(raw, seconds * rate)[: seconds * RATE // 2 + 1]
    words = np.fft.irfft(spectrum, seconds * RATE)[:count]
    return (words * _level(-16) / _rms(words)).clip(-0.9, 0.9).astype(np.float32)


@cache
def _chime() -> Samples:
    pcm = np.frombuffer(chimes.opening(), "<i2").astype(np.float64) / 32768
    chime: Samples = pcm.reshape(-1, 3).mean(1).astype(np.float32)
    return chime


def _level(db: float) -> float:
    return float(10 ** (db / 20))


def _rms(sound: NDArray[np.float64] | Samples) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) + 1e-12


class Village:
    """Makes cases, of words that last 4 to `most_s` seconds. Every choice comes from one generator."""

    def __init__(self, seed: int, most_s: float = 45.0) -> None:
        self.most_s = most_s
        self.apart = -1  # the text that neighbours do not say, lest its words be there after all
        self.chance = np.random.default_rng(seed)

    # --- what the chain does to words

    def words(self) -> tuple[int, Samples]:
        """A text's number and its words, from the beginning, of some length."""
        number = self.apart = int(self.chance.integers(len(TEXTS)))
        whole = speech(number)
        length = self.chance.uniform(4.0, self.most_s)
        return number, whole[: int(length * RATE)]

    def chain(self, sound: Samples, delay_s: float, drift_ppm: float, count: int, offset_s: float) -> Samples:
        """What a sound card of its own clock records, of a sound that began at 0 and takes `delay_s` to come."""
        over, whole = 4, _smooth(len(sound))
        fine = (np.fft.irfft(np.fft.rfft(sound, whole), whole * over) * over)[: len(sound) * over]
        at = (offset_s + np.arange(count) / RATE) * (1 + drift_ppm / 1e6) - delay_s
        return np.interp(at * RATE * over, np.arange(len(fine)), fine, 0, 0).astype(np.float32)

    def echo(self, sound: Samples, kind: str) -> Samples:
        """One wall, several houses, or a hall that rings (decay to -60 dB within about 1.2 s); at most 400 ms late."""
        reply = np.zeros(int(0.4 * RATE) + 1)
        reply[0] = 1.0
        if kind == "wall":
            reply[int(self.chance.uniform(0.05, 0.4) * RATE)] += _level(self.chance.uniform(-10, -1))
        if kind == "houses":
            for _ in range(4):
                reply[int(self.chance.uniform(0.02, 0.4) * RATE)] += self.chance.choice((-1, 1)) * _level(
                    self.chance.uniform(-12, -3)
                )
        if kind == "hall":
            tail = self.chance.normal(size=len(reply)) * np.exp(-np.arange(len(reply)) / (0.17 * RATE))
            reply += tail * _level(self.chance.uniform(-8, -2)) / np.sqrt(np.sum(tail**2))
        return _filtered(sound, reply)

    def horn(self, sound: Samples) -> Samples:
        """300-4000 Hz with two resonances and their phase."""
        whole = _smooth(len(sound))
        spectrum, hertz = np.fft.rfft(sound, whole), np.fft.rfftfreq(whole, 1 / RATE)
        reply = 1 / (1 + (300 / np.maximum(hertz, 1)) ** 8) / (1 + (hertz / 4000) ** 8) + 0j
        for _ in range(2):
            centre, width = self.chance.uniform(500, 3000), self.chance.uniform(100, 400)
            reply *= 1 + 1.5 * width / (width + 2j * (hertz - centre))
        return np.fft.irfft(spectrum * reply, whole)[: len(sound)].astype(np.float32)

    def noise(self, kind: str, count: int) -> Samples:
        """Of RMS 1."""
        white = self.chance.normal(size=count)
        seconds = np.arange(count) / RATE
        if kind == "white":
            sound = white
        elif kind == "pink":
            spectrum = np.fft.rfft(white, _smooth(count))
            sound = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 20)))[:count]
        elif kind == "rain":
            drops = white * (self.chance.random(count) < 0.01) * self.chance.exponential(1, count)
            sound = drops + 0.05 * white * (1 + 0.5 * np.sin(2 * np.pi * 0.3 * seconds))
        elif kind == "babble":  # neighbours with the station's own voice: the hardest
            sound = np.zeros(count)
            for _ in range(int(self.chance.integers(1, 4))):
                number = int(self.chance.integers(len(TEXTS)))
                talk = speech((number + 1) % len(TEXTS) if number == self.apart else number)
                sound += np.resize(np.roll(talk, int(self.chance.integers(len(talk)))), count)
        elif kind == "mains":
            hertz, sound = 50 + self.chance.uniform(-0.2, 0.2), 0.02 * white
            for n in range(1, 40):
                turn = self.chance.uniform(0, 2 * np.pi)
                sound += np.sin(2 * np.pi * hertz * n * seconds + turn) / n ** self.chance.uniform(0.3, 1.2)
        else:  # music: a bar's partials on a pentatonic scale, in a rhythm
            sound = 0.001 * white
            beat = self.chance.uniform(0.2, 0.5)
            for start in np.arange(0, count / RATE, beat):
                pitch = 261.6 * 2 ** (self.chance.choice((0, 2, 4, 7, 9, 12, 14)) / 12)
                note = np.maximum(seconds - start, 0)
                for partial, strength in ((1, 1.0), (2, 0.5), (3, 0.3), (5.4, 0.1)):
                    sound += strength * np.sin(2 * np.pi * pitch * partial * note) * np.exp(-note / 0.4) * (note > 0)
        return (sound / _rms(sound)).astype(np.float32)

    def heard(
        self, snr_db: float | None = None, reference: Samples | None = None, sound: Samples | None = None,
        kind: str = "", truth: str = "heard", delay_s: float | None = None, drift_ppm: float | None = None,
    ) -> Case:  # fmt: skip
        """`sound` (the words themselves if None) through everything; compared with `reference`."""
        if reference is None:
            reference = self.words()[1]
        played = reference if sound is None else sound
        delay = self.chance.uniform(0, 1) if delay_s is None else delay_s
        drift, gain = self.chance.uniform(-100, 100), self.chance.uniform(-30, 6)
        drift = drift if drift_ppm is None else drift_ppm
        offset = -LEAD_S + self.chance.uniform(-0.05, 0.05)
        made = []
        if self.chance.random() < 0.3:  # the amplifier is driven too hard
            top = np.abs(played).max() * _level(-self.chance.uniform(3, 14))
            played = played.clip(-top, top)
            made.append("clipped")
        if self.chance.random() < 0.6:
            played = self.horn(played)
            made.append("horn")
        echo = str(self.chance.choice(("none", "wall", "houses", "hall")))
        if echo != "none":
            played = self.echo(played, echo)
            made.append(echo)
        count = len(reference) + int((TAIL_S - offset) * RATE)
        direct = self.chain(played, delay, drift, count, offset)
        direct *= _level(gain) * self.chance.choice((-1, 1))
        noise_kind = str(self.chance.choice(NOISES)) if snr_db is not None else "floor"
        if snr_db is not None:
            during = direct[: len(reference)]
            direct = direct + self.noise(noise_kind, count) * _rms(during) * _level(-snr_db)
            made.append(noise_kind)
        return Case(
            kind or "+".join(made) or "plain",
            truth,
            snr_db,
            self.recorded(direct),
            reference,
            offset,
            delay,
            gain,
            drift,
        )

    def recorded(self, sound: Samples, floor_db: float = -80.0) -> Samples:
        """A sound card's own noise, its limits and its 16 bits."""
        with_floor = sound + self.chance.normal(size=len(sound)) * _level(floor_db)
        return (np.round(with_floor * 32767).clip(-32768, 32767) / 32768).astype(np.float32)

    # --- what is not the words

    def absent(self, kind: str) -> Case:
        number, reference = self.words()
        offset = -LEAD_S + self.chance.uniform(-0.05, 0.05)
        count = len(reference) + int((TAIL_S - offset) * RATE)
        level = _level(self.chance.uniform(-50, -10))

        def only(sound: Samples, floor_db: float = -80.0) -> Case:
            return Case(kind, "not_heard", None, self.recorded(sound, floor_db), reference, offset)

        def through(sound: Samples, truth: str = "not_heard", delay_s: float | None = None) -> Case:
            snr = (None, 20.0, 6.0, 0.0)[int(self.chance.integers(4))]
            return self.heard(snr, reference, sound, kind, truth, delay_s)

        other = speech((number + int(self.chance.integers(1, len(TEXTS)))) % len(TEXTS))
        if kind == "silence":
            return Case(kind, "not_heard", None, np.zeros(count, np.float32), reference, offset)
        if kind == "quiet room":
            return only(np.zeros(count, np.float32), self.chance.uniform(-90, -60))
        if kind in ("white", "pink", "rain", "mains", "music", "babble"):
            return only(self.noise(kind, count) * level)
        if kind == "other programme":
            return through(other[: len(reference)])
        if kind == "other programme, later part":
            start = int(self.chance.integers(len(other) // 2))
            return through(other[start:][: len(reference)])
        if kind == "other programme, then nothing":  # to the last bit
            case = through(other[: len(reference)])
            case.recording[len(case.recording) // 4 :] = 0
            return case
        if kind == "another village":  # louder and softer ones at once, far away
            far = self.echo(other[: len(reference)], "hall")
            second = self.echo(speech((number + 3) % len(TEXTS)), "houses")
            count = min(len(far), len(second))
            return through((far[:count] + second[:count] * _level(self.chance.uniform(-12, 0))).astype(np.float32))
        if kind == "another part":
            whole = speech(number)
            start = int(self.chance.uniform(3, 15) * RATE)
            return through(np.roll(whole, -start)[: len(reference)])
        if kind == "much too late":
            return through(reference, "unsure", self.chance.uniform(1.6, 2 + 0.2 * len(reference) / RATE))
        if kind == "chimes only":
            return through(np.concatenate((_chime(), np.zeros(len(reference), np.float32), _chime())))
        if kind == "stops after a third":
            return through(np.where(np.arange(len(reference)) < len(reference) // 3, reference, 0), "unsure")
        if kind == "begins late":
            return through(np.where(np.arange(len(reference)) > len(reference) // 4, reference, 0), "unsure")
        if kind == "a hole":
            at = np.arange(len(reference)) / len(reference)
            return through(np.where((at > 0.4) & (at < 0.4 + self.chance.uniform(0.2, 0.5)), 0, reference), "unsure")
        if kind == "then another":
            half = len(reference) // 2
            return through(np.concatenate((reference[:half], other[half : len(reference)])), "unsure")
        raise ValueError(kind)


ABSENT = (
    "silence", "quiet room", "white", "pink", "rain", "mains", "music", "babble", "other programme",
    "other programme, later part", "other programme, then nothing", "another village", "another part", "chimes only",
)  # fmt: skip
PARTLY = ("stops after a third", "begins late", "a hole", "then another", "much too late")


def _smooth(count: int) -> int:
    """A length above `count` that is quick to transform."""
    return (count // RATE + 1) * RATE


def _filtered(sound: Samples, reply: NDArray[np.float64]) -> Samples:
    """Everything, the tail included."""
    count = len(sound) + len(reply)
    whole = _smooth(count)
    return np.fft.irfft(np.fft.rfft(sound, whole) * np.fft.rfft(reply, whole), whole)[:count].astype(np.float32)
