"""The controller's process: the clock of the schedule, one worker for each board, and those that tell people."""

from __future__ import annotations

from functools import partial

from controller.attendance import Attendance, free_on
from controller.boards.display.reports import Reports
from controller.boards.drivers import DRIVERS
from controller.boards.news import News
from controller.boards.worker import BoardWorker
from controller.clips import SPOKEN, Clips
from controller.core.filings import Keep
from controller.core.words import LANGUAGES
from controller.filing.care import FilingCare
from controller.guiding import Guiding
from controller.kiosk_requests import Requests
from controller.runtime.catalogues import AT_KIOSK, load_words
from controller.runtime.clock_signs import ClockSigns
from controller.runtime.clocks import SystemClock
from controller.runtime.config import StationConfig
from controller.runtime.doorbell import Doorbell, Doorway, at_home
from controller.runtime.identifiers import NewIds
from controller.runtime.places import Places
from controller.runtime.workers import Crew
from controller.store import filings, renditions
from controller.store.connection import Store
from controller.telling.workers import Post, Route, Watch
from controller.timing.clock_trust import ClockWatch
from controller.timing.planning import Planning
from controller.timing.timekeeping import NAME, Timekeeper

BOARD_LIMIT_S = 30.0  # a sign's line may be slow; the watchdog is patient with it
TELLING_LIMIT_S = 30.0  # a locked database is waited for, twice


def main(config: StationConfig, places: Places, signs: ClockSigns | None = None) -> int:
    """`signs` of the clock: this machine's, unless a test has furnished others."""
    clock = SystemClock()
    store = Store(places.station_db)
    bell = Doorbell(places)
    if config.policy.approval == "off":
        with store.write() as tx:  # since the last start it may have been asked for
            renditions.approve_all_in_advance(tx, clock.now())
    Guiding(store, clock, bell).put_shipped()
    doorway = Doorway(places, NAME)
    crew = Crew()
    news = News(config.site, config.policy.board_after_s, store, clock)
    in_line = [board for board in config.boards if board.driver in DRIVERS]  # others have processes of their own
    boards = [
        BoardWorker(
            board, config.site, config.policy.board_after_s, places, store, clock, crew.stopping,
            partial(crew.progress, f"board-{board.id}", BOARD_LIMIT_S), news=news,
        )
        for board in in_line
    ]  # fmt: skip

    words = load_words(config.site.language)
    routes = _routes(config, clock)
    ids = NewIds(clock)
    post = Post(store, clock, words, config, routes)
    alarms = Watch(store, clock, bell, ids, config, words, routes, post.wake)

    watch = ClockWatch(config, store, signs or ClockSigns(clock.now, config.clock.chip), bell, places.last_known)
    keep = Keep(config.filing.returned_days, config.filing.done_days, config.filing.closed_days)
    files = filings.opened(places.filings_db, at_once=False)
    care = FilingCare(files, store, clock, keep, lambda: watch.believed)

    requests = Requests(store, places, bell, clock)
    at_kiosk = {each: words if each == words.language else load_words(each, AT_KIOSK) for each in LANGUAGES}
    said = Clips(
        store, places, clock, at_kiosk.pop(SPOKEN), partial(bell.ring, f"audio-{config.outputs[0].name}"),
        list(at_kiosk.values()),
    )  # fmt: skip

    def wake_others() -> None:
        for worker in boards:
            worker.wake()
        alarms.wake()
        care.wake()
        requests.wake()
        said.wake()

    planning = Planning(store, ids, config)
    lives = partial(at_home, places)
    attendance = Attendance(config, store, clock, lives, partial(free_on, places))
    reports = Reports(config, store, clock, places, lives)

    def look_around() -> bool:
        heard = reports.look()
        return attendance.look() or heard

    keeper = Timekeeper(planning, store, clock, bell, doorway, lives, wake_others, look_around, watch)
    crew.start(
        "clock",
        lambda: keeper.work(crew.stopping.is_set, partial(crew.progress, "clock")),
        partial(bell.ring, NAME),
    )
    for board, worker in zip(in_line, boards, strict=True):
        crew.start(f"board-{board.id}", worker.run, worker.wake)
    if config.kiosk.voice != "off":
        crew.start(
            "clips", partial(said.run, crew.stopping, partial(crew.progress, "clips", TELLING_LIMIT_S)), said.wake
        )
    for name, teller in (("alarms", alarms), ("post", post), ("filings", care), ("requests", requests)):
        progress = partial(crew.progress, name, TELLING_LIMIT_S)
        crew.start(name, partial(teller.run, crew.stopping, progress), teller.wake)
    try:
        return crew.run()
    finally:
        doorway.close()
        bell.close()


def _routes(config: StationConfig, clock: SystemClock) -> tuple[Route, ...]:
    """The ways of telling people that are set up."""
    email = config.notify.email
    if not (email.host and email.sender and email.to):
        return ()
    from controller.telling.mail import Mail  # its libraries are large, and few stations have them

    return (Route(Mail(email, clock), email.to),)
