-- How far each engine's activity was looked at for batches, and what is remembered of it. Model of prisma/schema.prisma.

CREATE TABLE engine_activity (
  subject_id integer PRIMARY KEY REFERENCES subject (id) ON DELETE CASCADE ON UPDATE CASCADE,
  state jsonb NOT NULL,
  first_batch_ms bigint,
  run_id integer REFERENCES run (id) ON DELETE SET NULL ON UPDATE CASCADE,
  stored_batches integer NOT NULL DEFAULT 0
);
