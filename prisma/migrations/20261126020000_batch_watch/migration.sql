-- What polls of a batch API add up to about one batch: its progress, and when it will be done. Model of prisma/schema.prisma.

CREATE TABLE run_batch_watch (
  run_id integer NOT NULL,
  number integer NOT NULL,
  created_ms bigint,
  expires_ms bigint,
  model text,
  last_seen_ms bigint NOT NULL,
  progress jsonb NOT NULL DEFAULT '[]',
  eta_ms bigint,
  forecast jsonb,
  PRIMARY KEY (run_id, number),
  FOREIGN KEY (run_id, number) REFERENCES run_batch (run_id, number) ON DELETE CASCADE ON UPDATE CASCADE
);
