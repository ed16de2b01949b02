-- Guides, compiled and frozen. Older versions stay: a file that was begun with one is finished with it.
CREATE TABLE guides (
    id TEXT NOT NULL,                                     -- "khai_sinh"
    version TEXT NOT NULL,                                -- the hash of the content
    document TEXT NOT NULL CHECK (json_valid(document)),  -- docs/guides.md
    in_force INTEGER NOT NULL CHECK (in_force IN (0, 1)),
    imported_at TEXT NOT NULL,
    imported_by TEXT NOT NULL,
    verified_by TEXT NOT NULL DEFAULT '',                 -- the official who has confirmed it, '' while nobody has
    verified_on TEXT,                                     -- a day, "2026-11-24"
    review_by TEXT,                                       -- a day
    PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX guides_in_force ON guides (id) WHERE in_force = 1;
