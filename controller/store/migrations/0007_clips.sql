-- What the kiosk says aloud, spoken beforehand: texts of guides and of its own pages, nothing of any resident's.
CREATE TABLE clips (
    key TEXT PRIMARY KEY,      -- names the file in the folder of voices
    language TEXT NOT NULL,
    words TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('wanted', 'ready', 'failed')),
    reason TEXT NOT NULL DEFAULT '',
    asked_at TEXT NOT NULL
) STRICT;
CREATE INDEX clips_wanted ON clips (asked_at) WHERE state = 'wanted';
