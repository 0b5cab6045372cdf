-- Grows when finished buckets are made anew, so that a reader may keep what it has read of them.
ALTER TABLE rollup_state ADD COLUMN version integer NOT NULL DEFAULT 0;
