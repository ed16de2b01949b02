-- In which order the kiosk's texts are spoken, and what somebody has recorded in place of a text's synthetic voice.
ALTER TABLE clips ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
DROP INDEX clips_wanted;
CREATE INDEX clips_wanted ON clips (place, key) WHERE state = 'wanted';
UPDATE clips SET state = 'wanted', reason = '';  -- their files have another rate now

CREATE TABLE clip_recordings (
    key TEXT PRIMARY KEY,          -- of the words, as in clips
    language TEXT NOT NULL,
    words TEXT NOT NULL,
    sha256 TEXT NOT NULL           -- of the recording
) STRICT, WITHOUT ROWID;
