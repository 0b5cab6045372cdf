-- The newest leak verdict on each GPU's memory and each engine's host memory, with its evidence.
CREATE TABLE memory_verdict (
  subject_id integer PRIMARY KEY REFERENCES subject (id) ON DELETE CASCADE ON UPDATE CASCADE,
  judged_at_ms bigint NOT NULL,
  verdict text NOT NULL,
  slope_mib_per_hour double precision,
  expected_limit_ms double precision,
  earliest_limit_ms double precision,
  reserved_bytes double precision,
  above_reserved_bytes double precision,
  judgement jsonb NOT NULL,
  attribution jsonb
);
