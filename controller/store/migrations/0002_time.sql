-- Rules as a commune lives them: what became of a rule is found by its number, not by reading all of them.
ALTER TABLE rules ADD COLUMN changed_no INTEGER NOT NULL DEFAULT 0;   -- grows with every change of any rule
CREATE INDEX rules_changed ON rules (changed_no);
CREATE TRIGGER rules_number_the_new AFTER INSERT ON rules
BEGIN UPDATE rules SET changed_no = (SELECT MAX(changed_no) + 1 FROM rules) WHERE id = NEW.id; END;
CREATE TRIGGER rules_number_the_changed AFTER UPDATE OF document, ended_at ON rules
BEGIN UPDATE rules SET changed_no = (SELECT MAX(changed_no) + 1 FROM rules) WHERE id = NEW.id; END;

-- What an occurrence does that begins late: from its beginning, at the offset, or not at all.
ALTER TABLE utterances ADD COLUMN late TEXT NOT NULL DEFAULT 'play' CHECK (late IN ('play', 'join', 'skip'));

-- What officials say of a day; it goes before the calendar's own rules.
CREATE TABLE days (
    day TEXT PRIMARY KEY,          -- "2026-11-21"
    type TEXT NOT NULL CHECK (type IN ('working', 'weekend', 'holiday', 'mourning', 'tet')),
    note TEXT NOT NULL DEFAULT '',
    set_by TEXT NOT NULL,
    set_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Secret addresses under which a phone's calendar reads the schedule.
CREATE TABLE feeds (
    id TEXT PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,    -- SHA-256 of the secret in the path
    name TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    read_at TEXT,
    revoked_at TEXT
) STRICT, WITHOUT ROWID;

-- Which announcement was made of which event of a calendar file, so that the next file replaces and does not double it.
CREATE TABLE imported (
    uid TEXT NOT NULL,
    part TEXT NOT NULL,            -- tells what stems from one UID apart
    announcement_id TEXT NOT NULL REFERENCES announcements (id),
    PRIMARY KEY (uid, part)
) STRICT, WITHOUT ROWID;
