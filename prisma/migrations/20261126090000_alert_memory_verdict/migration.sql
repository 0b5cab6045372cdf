-- The leak verdict as it stood when an alert that follows from it fired: the newest one says something else by then.
CREATE TABLE alert_memory_verdict (
  alert_id bigint PRIMARY KEY REFERENCES alert (id) ON DELETE CASCADE ON UPDATE CASCADE,
  judged_at_ms bigint NOT NULL,
  judgement jsonb NOT NULL,
  attribution jsonb
);
