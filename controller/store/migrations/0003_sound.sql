-- What an announcement is made of, and how often it is said.
ALTER TABLE announcements ADD COLUMN parts TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(parts));
ALTER TABLE announcements ADD COLUMN times INTEGER NOT NULL DEFAULT 1;
ALTER TABLE announcements ADD COLUMN pause_s REAL NOT NULL DEFAULT 3;
ALTER TABLE announcements ADD COLUMN lasts_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE announcements ADD COLUMN resumes INTEGER NOT NULL DEFAULT 0;   -- 1: after_cut is "resume", whatever it says

-- Several renditions of one revision, one of which is the newest that somebody has approved.
CREATE TABLE new_renditions (
    id TEXT PRIMARY KEY,
    announcement_id TEXT NOT NULL REFERENCES announcements (id),
    revision INTEGER NOT NULL,
    number INTEGER NOT NULL,
    recipe TEXT NOT NULL DEFAULT '',
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
    approved_by TEXT NOT NULL DEFAULT '',
    approved_at TEXT,              -- may be given in advance, for an emergency or by the policy
    collected_at TEXT,             -- its file was given up for want of room
    UNIQUE (announcement_id, revision, number)
) STRICT;
INSERT INTO new_renditions (id, announcement_id, revision, number, state, sha256, duration_s, lufs, true_peak_dbtp,
    engine, tried, reason, wanted_at, done_at, approved_at)
    SELECT id, announcement_id, revision, 1, state, sha256, duration_s, lufs, true_peak_dbtp, engine, tried, reason,
    wanted_at, done_at, wanted_at FROM renditions;
DROP TABLE renditions;
ALTER TABLE new_renditions RENAME TO renditions;
CREATE INDEX renditions_approved ON renditions (announcement_id, revision, number)
    WHERE state = 'ready' AND approved_at IS NOT NULL AND collected_at IS NULL;
CREATE INDEX renditions_wanted ON renditions (wanted_at) WHERE state = 'wanted';
CREATE INDEX renditions_file ON renditions (sha256);

ALTER TABLE utterances ADD COLUMN sha256 TEXT NOT NULL DEFAULT '';         -- of the file that was begun
ALTER TABLE utterances ADD COLUMN duration_s REAL NOT NULL DEFAULT 0;      -- of that file
ALTER TABLE utterances ADD COLUMN times INTEGER NOT NULL DEFAULT 1;
ALTER TABLE utterances ADD COLUMN pause_s REAL NOT NULL DEFAULT 0;
ALTER TABLE utterances ADD COLUMN lasts_s REAL NOT NULL DEFAULT 0;
ALTER TABLE utterances ADD COLUMN reached_s REAL NOT NULL DEFAULT 0;
ALTER TABLE utterances ADD COLUMN heard TEXT NOT NULL DEFAULT '' CHECK (heard IN ('', 'heard', 'not_heard', 'unsure'));
ALTER TABLE utterances ADD COLUMN heard_share REAL NOT NULL DEFAULT 0;     -- of the words' time, 0 to 1

-- Sound files that somebody has brought or spoken; the files lie beside the database, under their hash.
CREATE TABLE recordings (
    sha256 TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    format TEXT NOT NULL,          -- "mp3", "wav", ...
    length_s REAL NOT NULL,
    bytes INTEGER NOT NULL,
    added_by TEXT NOT NULL,
    added_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How officials have an abbreviation said; it goes before the built-in dictionary. "" takes a built-in one out.
CREATE TABLE abbreviations (
    short TEXT PRIMARY KEY,
    words TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Words that somebody wants to listen to before anything is saved.
CREATE TABLE samples (
    id TEXT PRIMARY KEY,
    words TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('wanted', 'ready', 'failed')),
    sha256 TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    asked_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The commune's own chimes and alert signal, in place of the built-in ones.
CREATE TABLE signals (
    name TEXT PRIMARY KEY CHECK (name IN ('opening', 'closing', 'alert')),
    sha256 TEXT NOT NULL,          -- of a prepared file
    title TEXT NOT NULL,
    length_s REAL NOT NULL,
    set_by TEXT NOT NULL,
    set_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How loud a zone is from a clock time on, until the next row of it; over midnight the last one goes on.
CREATE TABLE volumes (
    zone TEXT NOT NULL,
    clock TEXT NOT NULL,           -- "18:00"
    gain_db REAL NOT NULL,         -- 0 or less
    PRIMARY KEY (zone, clock)
) STRICT, WITHOUT ROWID;

-- What went wrong and a person must know, until one says that they do.
CREATE TABLE alarms (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    cause TEXT NOT NULL,           -- a key of the word catalogues (section "alarm")
    subject TEXT NOT NULL,         -- of the journal
    facts TEXT NOT NULL CHECK (json_valid(facts)),
    known_by TEXT NOT NULL DEFAULT '',
    known_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX alarms_open ON alarms (at) WHERE known_at IS NULL;

-- Messages to people, until they are sent or given up.
CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,         -- "email", "sms"
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    about TEXT NOT NULL,           -- the alarm
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'given_up')),
    tries INTEGER NOT NULL DEFAULT 0,
    made_at TEXT NOT NULL,
    next_try_at TEXT NOT NULL,
    done_at TEXT,
    reason TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_waiting ON messages (next_try_at) WHERE state = 'waiting';
