-- Residents' files. Nothing of theirs lies here in clear: only random ids, the guide, the state and times.
-- Times as in station.db: ISO 8601 in UTC with milliseconds. What is locked and sealed: docs/privacy.md.
CREATE TABLE house (             -- one row: what this database is, and how dear it is to guess
    one INTEGER PRIMARY KEY CHECK (one = 1),
    identity TEXT NOT NULL,      -- so that the station's journal knows one database from the next
    salt BLOB NOT NULL,          -- of numbers and codes, which are looked up by what argon2id makes of them
    passes INTEGER NOT NULL,
    memory_kib INTEGER NOT NULL
) STRICT;
INSERT INTO house VALUES (1, lower(hex(randomblob(16))), randomblob(16), 3, 65536);

CREATE TABLE desk_keys (         -- the newest that is not retired is what files are sealed to
    id TEXT PRIMARY KEY,
    public BLOB NOT NULL,
    made_at TEXT NOT NULL,
    retired_at TEXT
) STRICT;
CREATE UNIQUE INDEX desk_key_in_force ON desk_keys (retired_at IS NULL) WHERE retired_at IS NULL;
CREATE TABLE key_holders (       -- an official, or '*recovery'; the private key is locked under argon2id of a secret
    name TEXT PRIMARY KEY,
    public BLOB NOT NULL,
    locked_private BLOB NOT NULL,
    salt BLOB NOT NULL,
    passes INTEGER NOT NULL,
    memory_kib INTEGER NOT NULL,
    made_at TEXT NOT NULL
) STRICT;
CREATE TABLE key_grants (        -- a desk key's private half, sealed to a holder
    key_id TEXT NOT NULL REFERENCES desk_keys (id),
    holder TEXT NOT NULL REFERENCES key_holders (name) ON DELETE CASCADE,
    sealed_private BLOB NOT NULL,
    granted_at TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    PRIMARY KEY (key_id, holder)
) STRICT, WITHOUT ROWID;

CREATE TABLE files (
    id TEXT PRIMARY KEY,
    attempt BLOB NOT NULL UNIQUE,      -- made of the visit's secret: the same visit files once
    content_mark BLOB NOT NULL,        -- tells, to who has that secret, whether it is the same content
    guide TEXT NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 10),
    accepted_at TEXT,
    promised TEXT,                     -- when the result is due, as it was last promised
    promised_at TEXT,
    filed_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    opened_at TEXT,                    -- first, by an official
    by_token BLOB NOT NULL UNIQUE,
    by_number BLOB UNIQUE,             -- argon2id of receipt number and birth date
    key_id TEXT NOT NULL REFERENCES desk_keys (id),
    sealed_key BLOB NOT NULL,          -- the file's own key, sealed to the desk's
    public BLOB NOT NULL,              -- the resident's; what the desk tells them is sealed to it
    private_by_token BLOB NOT NULL,    -- its other half, locked
    private_by_number BLOB
) STRICT;
CREATE INDEX files_state ON files (state, changed_at);
CREATE TABLE file_parts (        -- 0: number, name and list of photos; 1: the document; 2...: photos
    file_id TEXT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    locked BLOB NOT NULL,
    PRIMARY KEY (file_id, place)
) STRICT;
CREATE TABLE file_lines (        -- steps, and the desk's own notes and portal codes
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id TEXT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('step', 'note', 'portal')),
    state INTEGER,                     -- of a step
    by TEXT NOT NULL,                  -- the official
    for_desk BLOB NOT NULL,            -- locked under the file's key
    for_resident BLOB                  -- sealed to the resident's
) STRICT;
CREATE INDEX file_lines_file ON file_lines (file_id, seq);
CREATE TABLE deletions (         -- the record that the law asks for
    file_id TEXT PRIMARY KEY,
    guide TEXT NOT NULL,
    filed_at TEXT NOT NULL,
    deleted_at TEXT NOT NULL,
    rule TEXT NOT NULL,
    by TEXT NOT NULL
) STRICT;
CREATE TRIGGER deletions_are_never_changed BEFORE UPDATE ON deletions
BEGIN SELECT RAISE(ABORT, 'the record of deletions is append-only'); END;
CREATE TRIGGER deletions_are_never_shortened BEFORE DELETE ON deletions
BEGIN SELECT RAISE(ABORT, 'the record of deletions is append-only'); END;

CREATE TABLE drafts (
    by_code BLOB PRIMARY KEY,          -- argon2id of the resume code
    kept_until TEXT NOT NULL,
    doubtful INTEGER NOT NULL CHECK (doubtful IN (0, 1))   -- kept_until is of a clock that nobody vouched for
) STRICT;
CREATE TABLE draft_parts (
    by_code BLOB NOT NULL REFERENCES drafts (by_code) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    locked BLOB NOT NULL,
    PRIMARY KEY (by_code, place)
) STRICT;
CREATE TABLE helpers (           -- the community's team: their codes, never in clear
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    by_code BLOB NOT NULL UNIQUE,
    issued_at TEXT NOT NULL,
    issued_by TEXT NOT NULL,
    revoked_at TEXT
) STRICT;
CREATE TABLE wrong_tries (at TEXT NOT NULL) STRICT;   -- when somebody looked for a file that is not there

CREATE TABLE outbox (            -- what the station's journal is to say; no resident's data
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;
