"""The pages about the file itself: what it is, its papers, the card, photographs, the review. Pure."""

from __future__ import annotations

from controller.core.palette import INK, MUTED
from controller.core.words import Words, upper_first
from controller.guides.forms import Page, WantedPaper
from controller.guides.model import REPEAT, Guide, said
from kiosk.controls import Answer, picture
from kiosk.filing.acts import Change, Forward, Have, MorePages, Shoot, SkipPhoto, Turn
from kiosk.filing.frame import filled, headed, opened, primary, troubles
from kiosk.filing.pictures import picture_of
from kiosk.filing.pieces import Check, Para, Piece, Warn, pieces
from kiosk.filing.saying import HAVE_WORDS, label_of, title_of, unsure_of
from kiosk.filing.state import Filing
from kiosk.filing.way import pages_of, papers_of, photos_to_file
from kiosk.look import GAP_MM
from kiosk.rows import WARNED, Row
from kiosk.setting import Setting
from kiosk.sheet import Sheet
from kiosk.widgets import Box, Scene, Shape, Sign

_HAVE = (("yes", Shape.CHECK), ("no", Shape.CROSS), ("depends", Shape.DOTS))


def about(filing: Filing, setting: Setting) -> Scene:
    words, guide = setting.words, filing.guide
    title, whole = headed(setting, title_of(filing, words), words("kiosk.filing.about.title"))
    shown = troubles(filing, setting)
    if whole:
        shown.append(Para(whole, bold=True))
    if guide is not None:
        if doubt := unsure_of(filing, words):
            shown.append(Warn(doubt))
        shown += [Para(words(f"kiosk.filing.about.{each}")) for each in ("how", "purpose")]
        shown += [Para(text, colour=INK) for text in _facts(guide, words)]
    sheet, _ = filled(setting, title, shown, filing.shown_page, words("kiosk.filing.go.begin"))
    return sheet.scene


def _facts(guide: Guide, words: Words) -> list[str]:
    language = words.language

    def with_channel(channel: str, text: str) -> str:
        key = f"kiosk.filing.about.at_{channel}"
        return f"{text} ({words(key)})" if words.has(key) else text

    facts = [("authority", said(guide.authority, language))]
    facts += [("time", with_channel(each.channel, said(each.labels, language))) for each in guide.times]
    facts.append(("deadline", said(guide.deadline, language)))
    facts += [("fee", with_channel(each.channel, said(each.labels, language))) for each in guide.fees]
    facts += [("exempt", said(each, language)) for each in guide.exemptions]
    facts += [("source", said(each.labels, language)) for each in guide.legal_source]
    facts.append(("code", guide.code))
    return [words(f"kiosk.filing.about.{name}", text=text) for name, text in facts if text]


def unfit(filing: Filing, setting: Setting) -> Scene:
    words = setting.words
    problem = filing.form.fits(filing.answers) if filing.form else None
    shown: list[Piece] = [Para(problem.said(words), step=1.25)] if problem else []
    shown.append(Para(words("kiosk.filing.unfit.what")))
    sheet, _ = filled(setting, title_of(filing, words), shown, filing.shown_page, words("kiosk.filing.go.done"))
    return sheet.scene


def papers(filing: Filing, setting: Setting) -> Scene:
    """All of them have to be seen before the way goes on."""
    words = setting.words
    shown = troubles(filing, setting)
    group = ""
    for wanted in papers_of(filing):
        paper = wanted.paper
        if paper.one_of and paper.group != group:
            shown.append(Para(words("kiosk.filing.papers.one_of"), bold=True, heads=True))
        group = paper.group if paper.one_of else ""
        answers = tuple(
            Answer(
                words(f"kiosk.filing.papers.{HAVE_WORDS[have]}"),
                Have(paper.id, have),
                shape,
                filing.have.get(paper.id) == have,
            )
            for have, shape in _HAVE
        )
        shown.append(Check(said(paper.labels, words.language), _paper_note(wanted, words), answers, picture_of(paper)))
    if "no" in filing.have.values():
        shown.append(Para(words("kiosk.filing.papers.missing"), colour=MUTED))
    shown = shown or [Para(words("kiosk.filing.papers.none"))]
    sheet, after = filled(setting, title_of(filing, words), shown, filing.shown_page)
    if after:
        primary(sheet, setting, words("kiosk.next"), Turn(filing.shown_page + 1))
    else:
        primary(sheet, setting, words("kiosk.filing.go.on"), Forward())
    return sheet.scene


def _paper_note(wanted: WantedPaper, words: Words) -> str:
    paper = wanted.paper
    parts = [words(f"kiosk.filing.papers.{'original' if paper.original else 'copy'}")]
    if paper.copies > 1:
        parts.append(words("kiosk.filing.papers.copies", count=paper.copies))
    parts.append(words(f"kiosk.filing.papers.{'hand_in' if paper.hand_in else 'show'}"))
    if wanted.depends:
        parts.append(words("kiosk.filing.papers.depends"))
    note, hint = upper_first(", ".join(parts)), said(paper.hints, words.language)
    return f"{note}. {hint}" if hint else note


def card(filing: Filing, setting: Setting) -> Scene:
    words, frame = setting.words, setting.frame
    title, whole = headed(setting, title_of(filing, words), words("kiosk.filing.card.title"))
    shown = troubles(filing, setting)
    if whole:
        shown.append(Para(whole, bold=True))
    shown += [Para(words("kiosk.filing.card.how")), Para(words("kiosk.filing.card.without"), colour=MUTED)]
    forward = words("kiosk.filing.go.no_card")
    if not frame.roomy and filing.camera is None:  # a drawn card would only take the words' room
        return filled(setting, title, shown, filing.shown_page, forward)[0].scene
    sheet, box = opened(setting, title, forward)
    side = min(frame.mm(60), box.height, box.width // 3)
    place = Box(box.right - side, box.y, side, side)
    _camera(sheet, filing, place, Shape.CARD)
    left = Box(box.x, box.y, box.width - side - frame.mm(GAP_MM), box.height)
    pieces(sheet, setting, left, shown, filing.shown_page)
    return sheet.scene


def _camera(sheet: Sheet, filing: Filing, place: Box, shape: Shape) -> None:
    """What was taken, or what the camera sees; a drawn shape where there is no picture."""
    seen = filing.taken.small if filing.taken else filing.camera
    if seen is not None:
        picture(sheet, place, seen.width, seen.height, seen.rgb)
        return
    side = min(place.width, place.height)
    at = Box(place.x + (place.width - side) // 2, place.y + (place.height - side) // 2, side, side)
    sheet.put(Sign(at.inset(side // 8), shape, MUTED))


def photo(filing: Filing, setting: Setting) -> Scene:
    words = setting.words
    has = bool(filing.photos_of(filing.where.name)) and not filing.adding
    name = "use" if filing.taken else "on" if has else "shoot"
    forward = "" if filing.waiting else words(f"kiosk.filing.go.{name}")
    title, whole = headed(setting, title_of(filing, words), words("kiosk.filing.photo.title"))
    sheet, box = opened(setting, title, forward, shape=Shape.NEXT if has or filing.taken else None)
    left, right = _halves(setting, box)
    paper = next((each.paper for each in papers_of(filing) if each.paper.id == filing.where.name), None)
    _camera(sheet, filing, left, picture_of(paper))
    standing = "wait" if filing.waiting else "clear" if filing.taken else "how"
    shown = troubles(filing, setting) or [Para(words(f"kiosk.filing.photo.{standing}"))]
    if whole:
        shown.append(Para(whole, bold=True))
    if count := len(filing.photos_of(filing.where.name)):
        shown.append(Para(words("kiosk.filing.photo.pages", count=count), bold=True))
    if filing.taken is not None:
        shown.append(Row(words("kiosk.filing.photo.again"), Shoot()))
        shown.append(Row(words("kiosk.filing.photo.more"), MorePages()))
    elif not filing.waiting:
        if has:
            shown.append(Row(words("kiosk.filing.photo.again"), Shoot()))
        shown.append(Row(words("kiosk.filing.photo.at_desk"), SkipPhoto("at_desk")))
        shown.append(Row(words("kiosk.filing.photo.later"), SkipPhoto("later")))
    pieces(sheet, setting, right, shown, filing.shown_page)
    return sheet.scene


def _halves(setting: Setting, box: Box) -> tuple[Box, Box]:
    """A place for a picture and one for words: beside each other, or on tall screens above each other."""
    gap = setting.frame.mm(GAP_MM)
    if box.width > box.height:
        wide = min(round(box.width * 0.4), round(box.height * 1.3))
        return Box(box.x, box.y, wide, box.height), Box(box.x + wide + gap, box.y, box.width - wide - gap, box.height)
    high = round(box.height * 0.45)
    return Box(box.x, box.y, box.width, high), Box(box.x, box.y + high + gap, box.width, box.height - high - gap)


def review(filing: Filing, setting: Setting) -> Scene:
    """Right is what has been seen to its end, once."""
    words, form = setting.words, filing.form
    if form is None:
        return opened(setting, title_of(filing, words))[0].scene
    warned = {
        page.path: problem.said(words)
        for page in pages_of(filing)
        if (problem := form.warning(page, filing.answers.get(page.path), filing.answers)) is not None
    }
    shown = [*troubles(filing, setting), Para(words("kiosk.filing.review.how"), colour=MUTED)]
    lines = {line.path: line for line in form.review(filing.answers, words.language)}
    section = ""
    for page in pages_of(filing):
        if page.question.kind == REPEAT:  # so that one more can be told of, or the last one taken back
            shown.append(Row(label_of(page, words), Change(page.path), note=_another(filing, page, words), asked=True))
        if (line := lines.get(page.path)) is None:
            continue
        if line.section and line.section != section:
            shown.append(Para(line.section, bold=True, heads=True))
        section = line.section
        note = line.value or words("kiosk.filing.review.empty")
        badge = WARNED if line.path in warned else None
        shown.append(Row(line.label, Change(line.path), badge, note, asked=True))
        if line.path in warned:
            shown.append(Warn(warned[line.path]))
    if count := len(photos_to_file(filing)):
        shown.append(Para(words("kiosk.filing.review.photos", count=count)))
    sheet, after = filled(setting, title_of(filing, words), shown, filing.shown_page)
    if after and filing.read_to < filing.shown_page + after:
        primary(sheet, setting, words("kiosk.next"), Turn(filing.shown_page + 1))
    else:
        primary(sheet, setting, words("kiosk.filing.go.right"), Forward())
    return sheet.scene


def _another(filing: Filing, page: Page, words: Words) -> str:
    """Whether one more was told of, in words."""
    answer = filing.answers.get(page.path)
    chosen = (said(each.labels, words.language) for each in page.question.choices if each.name == answer)
    return next(chosen, words("kiosk.filing.review.empty"))
