-- How the file was before a step, so that the step can be taken back: its state, and what was promised until then.
-- before_state is NULL in steps of older programs, and in lines that are no steps: those stay.
ALTER TABLE file_lines ADD COLUMN before_state INTEGER;
ALTER TABLE file_lines ADD COLUMN before_promised TEXT;
ALTER TABLE file_lines ADD COLUMN before_promised_at TEXT;
-- Nobody vouched for the clock when it was filed: filed_at may be wrong.
ALTER TABLE files ADD COLUMN filed_doubtful INTEGER NOT NULL DEFAULT 0 CHECK (filed_doubtful IN (0, 1));
