-- Times are ISO 8601 in UTC with milliseconds ("2026-11-21T20:55:00.000Z"), so text order is time order.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;
CREATE INDEX journal_subject ON journal (subject, seq);
CREATE INDEX journal_at ON journal (at);
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TABLE facts (          -- single values of the station: "welcomed", "last_seen", ...
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE announcements (
    id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    zones TEXT NOT NULL CHECK (json_valid(zones)),
    level TEXT NOT NULL CHECK (level IN ('normal', 'priority', 'emergency')),
    order_no INTEGER NOT NULL,
    after_cut TEXT NOT NULL CHECK (after_cut IN ('restart', 'end')),
    late_window_s INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    withdrawn_at TEXT
) STRICT;

CREATE TABLE rules (
    id TEXT PRIMARY KEY,
    announcement_id TEXT NOT NULL REFERENCES announcements (id),
    document TEXT NOT NULL CHECK (json_valid(document)),   -- of schedules.rules
    planned_until TEXT NOT NULL,   -- every occurrence up to here has its utterance
    ended_at TEXT
) STRICT;
CREATE INDEX rules_announcement ON rules (announcement_id);

CREATE TABLE renditions (
    id TEXT PRIMARY KEY,
    announcement_id TEXT NOT NULL REFERENCES announcements (id),
    revision INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('wanted', 'ready', 'failed')),
    sha256 TEXT NOT NULL DEFAULT '',
    duration_s REAL NOT NULL DEFAULT 0,
    lufs REAL NOT NULL DEFAULT 0,
    true_peak_dbtp REAL NOT NULL DEFAULT 0,
    engine TEXT NOT NULL DEFAULT '',
    tried TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tried)),
    reason TEXT NOT NULL DEFAULT '',
    wanted_at TEXT NOT NULL,
    done_at TEXT,
    UNIQUE (announcement_id, revision)
) STRICT;

CREATE TABLE utterances (
    id TEXT PRIMARY KEY,
    announcement_id TEXT NOT NULL REFERENCES announcements (id),
    revision INTEGER NOT NULL,
    rule_id TEXT NOT NULL,         -- of rules, or "now/<uuid>"
    due TEXT NOT NULL,
    output TEXT NOT NULL,
    zones TEXT NOT NULL CHECK (json_valid(zones)),
    title TEXT NOT NULL,
    level TEXT NOT NULL,
    order_no INTEGER NOT NULL,
    after_cut TEXT NOT NULL,
    late_until TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'playing', 'played', 'cut', 'missed', 'stopped')),
    attempt INTEGER NOT NULL DEFAULT 0,
    started_at TEXT,
    ended_at TEXT,
    stop_wanted_by TEXT NOT NULL DEFAULT '',
    UNIQUE (rule_id, due, output)
) STRICT;
CREATE INDEX utterances_open ON utterances (output, due) WHERE state IN ('queued', 'playing');
CREATE INDEX utterances_due ON utterances (due);
CREATE INDEX utterances_ended ON utterances (ended_at);
CREATE INDEX utterances_announcement ON utterances (announcement_id, due);

CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    boards TEXT NOT NULL CHECK (json_valid(boards)),
    level TEXT NOT NULL,
    order_no INTEGER NOT NULL,
    shown_from TEXT NOT NULL,
    shown_until TEXT NOT NULL,
    announcement_id TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    withdrawn_at TEXT
) STRICT;
CREATE INDEX notices_until ON notices (shown_until);

CREATE TABLE board_states (
    board TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('shown', 'sent', 'down')),
    since TEXT NOT NULL,
    text TEXT NOT NULL,            -- what it shows, or was last sent
    proven_at TEXT,                -- last read-back
    detail TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE health (
    component TEXT PRIMARY KEY,    -- "output/main", "speech", "relay/main", "clock", ...
    fault TEXT NOT NULL,           -- "" in order, else a key of the word catalogues
    facts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(facts)),
    since TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    name TEXT PRIMARY KEY,
    full_name TEXT NOT NULL,
    password TEXT NOT NULL,        -- argon2id, encoded
    role TEXT NOT NULL CHECK (role IN ('admin', 'editor')),
    language TEXT NOT NULL DEFAULT 'vi',
    created_at TEXT NOT NULL,
    disabled_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    token TEXT PRIMARY KEY,        -- SHA-256 of the cookie's token
    user TEXT NOT NULL REFERENCES users (name),
    kept TEXT NOT NULL DEFAULT '',  -- a form saved after the session had ended, until it is shown again
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user);

CREATE TABLE setup_codes (
    code TEXT PRIMARY KEY,         -- SHA-256 of the code
    expires_at TEXT NOT NULL,
    used_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE sign_in_failures (
    who TEXT PRIMARY KEY,          -- "user/<name>" or "address/<ip>"
    failures INTEGER NOT NULL,
    last_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
