-- What residents ask for at the kiosk. A request has a number and an id of chance, and never says who made it.
CREATE TABLE training_seats (
    id TEXT PRIMARY KEY,           -- the request
    session_id TEXT NOT NULL REFERENCES training_sessions (id),
    number INTEGER NOT NULL,       -- by which the seat is known; 0: none was left
    asked_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX training_seats_number ON training_seats (session_id, number) WHERE number > 0;
CREATE INDEX training_seats_asked ON training_seats (asked_at);

CREATE TABLE help_calls (
    id TEXT PRIMARY KEY,           -- the request
    called_at TEXT NOT NULL,
    answered_at TEXT,              -- somebody is on the way
    answered_by TEXT NOT NULL DEFAULT '',
    over_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX help_calls_open ON help_calls (called_at) WHERE over_at IS NULL;
CREATE INDEX help_calls_called ON help_calls (called_at);
