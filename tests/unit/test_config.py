"""The configuration: every mistake at once, each with its line and a suggestion."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.errors import ConfigError
from controller.core.quiet import span_of
from controller.runtime.config import on_trial
from controller.runtime.config_text import load_config, parse_config

GOOD = """\
[[zones]]
id = "tren"
name = "Bản Trên"
[[zones]]
id = "duoi"
name = "Bản Dưới"
[[outputs]]
name = "main"
zones = ["tren", "duoi"]
[outputs.amplifier]
hold_s = 0
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "c.toml")
    return list(caught.value.lines)


def test_the_shipped_example_is_accepted() -> None:
    text = resources.files("controller").joinpath("station.example.toml").read_text(encoding="utf-8")
    config = parse_config(text, "example")
    assert [zone.id for zone in config.zones] == ["trung-tam", "na-khau"]


def test_defaults_are_merged_on_presence_not_on_truth() -> None:
    config = parse_config(GOOD, "c")
    assert config.outputs[0].amplifier.hold_s == 0
    assert config.outputs[0].amplifier.warm_up_s == 1.5
    assert parse_config(GOOD + "[speech]\nchime = false\n", "c").speech.chime is False


def test_it_cannot_be_changed() -> None:
    config = parse_config(GOOD, "c")
    with pytest.raises(Exception, match="frozen"):
        config.web.port = 1


def test_everything_wrong_at_once_in_order_of_lines() -> None:
    text = """\
[site]
timezone = "Asia/Ho_Chi_Minh_City"
languege = "vi"

[[zones]]
id = "tren"
name = "Bản Trên"

[[zones]]
id = "Bản Dưới"
name = ""

[[outputs]]
name = "main"
zones = ["trên"]
buffer = 9

[outputs.amplifier]
relay = "lcus1"
warm_up = 2

[web]
port = 99999

[policy]
lead_s = "soon"
"""
    assert mistakes(text) == [
        "c.toml:2: site.timezone: there is no such time zone; did you mean 'Asia/Ho_Chi_Minh'? "
        "(it is 'Asia/Ho_Chi_Minh_City')",
        "c.toml:3: site.languege: there is no such key; did you mean 'language'?",
        "c.toml:6: zones.0.id: zone 'tren' belongs to no output, so nobody would hear it",
        "c.toml:10: zones.1.id: 'Bản Dưới' is not a name: small letters, digits and hyphens, e.g. 'trung-tam'",
        "c.toml:10: zones.1.id: zone 'Bản Dưới' belongs to no output, so nobody would hear it",
        "c.toml:11: zones.1.name: String should have at least 1 character (it is '')",
        "c.toml:15: outputs.0.zones.0: 'trên' is not a name: small letters, digits and hyphens, e.g. 'trung-tam'",
        "c.toml:15: outputs.0.zones: there is no zone 'trên'; did you mean 'tren'?",
        "c.toml:16: outputs.0.buffer: Input should be greater than or equal to 128 (it is 9)",
        'c.toml:19: outputs.0.amplifier.relay: lcus1 needs its port, e.g. port = "/dev/serial/by-path/..."',
        "c.toml:20: outputs.0.amplifier.warm_up: there is no such key; did you mean 'warm_up_s'?",
        "c.toml:23: web.port: Input should be less than or equal to 65535 (it is 99999)",
        "c.toml:26: policy.lead_s: Input should be a valid number, unable to parse string as a number (it is 'soon')",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["c.toml:1: outputs: is missing", "c.toml:1: zones: is missing"]),
        ("zones = 3\noutputs = []\n", [
            "c.toml:1: zones: Input should be a valid tuple (it is 3)",
            "c.toml:2: outputs: Tuple should have at least 1 item after validation, not 0",
        ]),
        (GOOD + '[[zones]]\nid = "tren"\nname = "Lại Trên"\n', ["c.toml:13: zones.2.id: 'tren' is given twice"]),
        (GOOD + '[[outputs]]\nname = "far"\nzones = ["duoi"]\n',
         ["c.toml:14: outputs.1.zones: zone 'duoi' already belongs to output 'main'"]),
        (GOOD + "".join(f'[[boards]]\nid = "{x}"\nname = "{x}"\nport = "/dev/x"\n' for x in "ab"),
         ["c.toml:19: boards.1.port: '/dev/x' already belongs to board 'a'"]),
        (GOOD + '[[boards]]\nid = "a"\nname = "A"\ndriver = "screen"\nport = "/dev/x"\n',
         ["c.toml:16: boards.0.port: a board of kind 'screen' hangs on no line: leave it out, or say \"auto\""]),
        (GOOD + '[[boards]]\nid = "a"\nname = "A"\ndriver = "huidu"\nport = "/dev/x"\n',
         ["c.toml:16: boards.0.port: huidu is reached by its address, e.g. \"192.168.1.50\""]),
        (GOOD + '[[boards]]\nid = "a"\nname = "A"\nport = "COM3"\ncolours = "full"\n',
         ["c.toml:15: boards.0.port: alpha needs a serial line, e.g. \"/dev/serial/by-path/...\"",
          "c.toml:16: boards.0.colours: alpha has \"one\" or \"three\" colours"]),
        (GOOD + '[[boards]]\nid = "gate"\nname = "Gate"\nzones = ["giua"]\n',
         ["c.toml:15: boards.0.zones: there is no zone 'giua'; there are: tren, duoi"]),
        (GOOD + "[webb]\n", ["c.toml:12: webb: there is no such key; did you mean 'web'?"]),
        (GOOD + "[site]\nname\n", ["c.toml: not valid TOML: Expected '=' after a key in a key/value pair "
                                   "(at line 13, column 5)"]),
    ],
)  # fmt: skip
def test_single_mistakes(text: str, said: list[str]) -> None:
    assert mistakes(text) == said


def test_names_that_are_not_there_are_suggested() -> None:
    config = parse_config(GOOD, "c")
    with pytest.raises(ConfigError, match="there is no output 'mian'; did you mean 'main'"):
        config.output("mian")
    with pytest.raises(ConfigError, match="there is no board 'gate'; there are: none"):
        config.board("gate")
    assert config.output("main") is config.outputs[0]


def test_what_holds_for_a_kind_of_board_where_nothing_is_said() -> None:
    text = '[[boards]]\nid = "{0}"\nname = "{0}"\ndriver = "{0}"\n'
    boards = parse_config(GOOD + "".join(text.format(name) for name in ("alpha", "screen")), "c.toml").boards
    assert [(board.port, board.columns, board.rows, board.colours) for board in boards] == [
        ("emulator", 96, 16, "one"),
        ("auto", 1920, 1080, "full"),
    ]


def test_boards_of_zones() -> None:
    board = '[[boards]]\nid = "{0}"\nname = "{0}"\n'
    config = parse_config(GOOD + board.format("all") + board.format("upper") + 'zones = ["tren"]\n', "c")
    assert config.boards_of(("duoi",)) == ("all",)
    assert config.boards_of(("tren", "duoi")) == ("all", "upper")


def test_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes("name = 'Xã'".encode("latin-1"))
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "latin.toml")
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    assert load_config(tmp_path / "good.toml").outputs[0].name == "main"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "zones", "relay", "amplifier"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def as_toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case list():
            return "[" + ", ".join(as_toml(item) for item in value) + "]"
        case dict():
            return "{" + ", ".join(f"{key} = {as_toml(item)}" for key, item in value.items()) + "}"
        case _:
            return '"' + "".join(c if c.isalnum() and c.isascii() else "-" for c in str(value)) + '"'


@given(st.dictionaries(st.sampled_from(["zones", "outputs", "boards", "site", "web", "policy"]), VALUES))
def test_any_document_gives_a_configuration_or_lines_with_places(document: dict[str, object]) -> None:
    text = "".join(f"{key} = {as_toml(value)}\n" for key, value in document.items())
    try:
        parse_config(text, "c.toml")
    except ConfigError as error:
        assert error.lines
        assert all(line.startswith("c.toml:") and line.split(":")[1].isdigit() for line in error.lines)


def test_who_hears_what_and_when_it_is_quiet_there() -> None:
    config = parse_config(
        """
[[zones]]
id = "a"
name = "A"
[[zones]]
id = "b"
name = "B"
quiet_hours = ["22:00-05:00"]
max_minutes_a_day = 0
[[zones]]
id = "c"
name = "C"
quiet_hours = []
[[outputs]]
name = "one"
zones = ["c", "a"]
[[outputs]]
name = "two"
zones = ["b"]
[policy]
quiet_hours = ["21:00-05:30", "11:30-13:30"]
max_minutes_a_day = 45
""",
        "c",
    )
    assert config.reached(["a"]) == config.reached(("c",)) == ("a", "c")
    assert config.reached(["c", "b"]) == ("a", "b", "c")
    assert config.reached([]) == ()
    assert [config.quiet_of(zone) for zone in "abc"] == [
        (span_of("21:00-05:30"), span_of("11:30-13:30")), (span_of("22:00-05:00"),), (),
    ]  # fmt: skip
    assert [config.minutes_a_day_of(zone) for zone in "abc"] == [45, 0, 45]
    assert on_trial(config) == ()
    off = GOOD + "[policy]\nquiet_hours = []\n"
    assert on_trial(parse_config(off, "c")) == ("quiet_hours",)
    assert on_trial(parse_config(off + '[clock]\ntrust = "off"\n', "c")) == ("quiet_hours", "trust")
    assert on_trial(parse_config(off + 'approval = "off"\n', "c")) == ("quiet_hours", "approval")
    assert on_trial(parse_config(GOOD + '[policy]\napproval = "off"\n', "c")) == ()
    assert on_trial(parse_config(GOOD + '[clock]\ntrust = "off"\n', "c")) == ("trust",)
