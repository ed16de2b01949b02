-- What a notice may be made of besides its text, and where and when of the day it is seen.
ALTER TABLE notices ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN picture TEXT NOT NULL DEFAULT '';             -- SHA-256 of a kept picture
ALTER TABLE notices ADD COLUMN qr TEXT NOT NULL DEFAULT '';                  -- an address
ALTER TABLE notices ADD COLUMN special TEXT NOT NULL DEFAULT '' CHECK (special IN ('', 'clock', 'next', 'queue', 'training'));
ALTER TABLE notices ADD COLUMN zones TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(zones));
ALTER TABLE notices ADD COLUMN hours TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(hours));  -- ["06:00-18:00", ...]
ALTER TABLE notices ADD COLUMN updated_at TEXT;                              -- of the last change; NULL: never

-- A board may also be dark on purpose.
CREATE TABLE new_board_states (
    board TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('shown', 'sent', 'off', 'down')),
    since TEXT NOT NULL,
    text TEXT NOT NULL,            -- what it shows, or was last sent
    proven_at TEXT,                -- last read-back
    detail TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
INSERT INTO new_board_states SELECT board, state, since, text, proven_at, detail FROM board_states;
DROP TABLE board_states;
ALTER TABLE new_board_states RENAME TO board_states;

-- Pictures that somebody has brought for notices; the files lie beside the database, under their hash.
CREATE TABLE pictures (
    sha256 TEXT PRIMARY KEY,       -- of the PNG that is kept
    name TEXT NOT NULL,            -- as it was called when it was brought
    width INTEGER NOT NULL,        -- pixels
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    added_by TEXT NOT NULL,
    added_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Numbers at the desk: those given out and the one called last, day by day. Numbers only, never who holds one.
CREATE TABLE desk_numbers (
    day TEXT PRIMARY KEY,          -- of the place, "2026-11-24"
    given INTEGER NOT NULL DEFAULT 0,
    called INTEGER NOT NULL DEFAULT 0,
    called_at TEXT
) STRICT, WITHOUT ROWID;

-- Training sessions at the cultural house.
CREATE TABLE training_sessions (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    place TEXT NOT NULL,
    begins TEXT NOT NULL,
    ends TEXT NOT NULL,
    seats INTEGER NOT NULL DEFAULT 0,   -- 0: as many as come
    created_at TEXT NOT NULL,
    withdrawn_at TEXT
) STRICT;
CREATE INDEX training_sessions_ends ON training_sessions (ends);
