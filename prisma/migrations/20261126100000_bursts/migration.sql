-- Bursts of requests with what was measured of them, and which targets are polled faster right now. Models of prisma/schema.prisma.

CREATE TABLE burst (
  id serial PRIMARY KEY,
  subject_id integer NOT NULL REFERENCES subject (id) ON DELETE CASCADE ON UPDATE CASCADE,
  started_at_ms bigint NOT NULL,
  until_ms bigint NOT NULL,
  is_open boolean NOT NULL,
  verdict text NOT NULL,
  record jsonb NOT NULL,
  state jsonb,
  vram_floor jsonb,
  points jsonb
);
CREATE UNIQUE INDEX burst_subject_start_key ON burst (subject_id, started_at_ms DESC);
CREATE INDEX burst_started_idx ON burst (started_at_ms DESC, id DESC);
CREATE INDEX burst_open_idx ON burst (subject_id) WHERE is_open;

CREATE TABLE fast_polling (
  target_id integer PRIMARY KEY REFERENCES target (id) ON DELETE CASCADE ON UPDATE CASCADE,
  interval_ms integer NOT NULL,
  since_ms bigint NOT NULL,
  until_ms bigint NOT NULL,
  reason text NOT NULL
);
