-- Rules, alerts, what people do about them, and what is sent. Models of prisma/schema.prisma.

CREATE TABLE rule (
  id text PRIMARY KEY,
  origin text NOT NULL,
  pack text,
  definition jsonb NOT NULL,
  change jsonb,
  enabled boolean NOT NULL,
  version integer NOT NULL DEFAULT 1,
  changed_by text,
  changed_at_ms bigint NOT NULL,
  removed_at_ms bigint
);

CREATE TABLE alert (
  id bigserial PRIMARY KEY,
  rule_id text NOT NULL,
  scope text NOT NULL,
  subject_id integer REFERENCES subject (id) ON DELETE SET NULL ON UPDATE CASCADE,
  target_id integer NOT NULL REFERENCES target (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  subject_name text NOT NULL,
  labels jsonb NOT NULL,
  rule jsonb NOT NULL,
  severity text NOT NULL,
  pending_since_ms bigint NOT NULL,
  fired_at_ms bigint,
  last_held_ms bigint NOT NULL,
  recovering_since_ms bigint,
  resolved_at_ms bigint,
  end_reason text,
  no_data_since_ms bigint,
  data text NOT NULL DEFAULT 'ok',
  data_reason text NOT NULL DEFAULT '',
  evaluations integer NOT NULL DEFAULT 0,
  observed integer NOT NULL DEFAULT 0,
  unit text NOT NULL,
  limit_value double precision,
  fired_value double precision,
  peak_value double precision,
  last_value double precision,
  resolved_value double precision,
  last_seen_ms bigint NOT NULL,
  flapping boolean NOT NULL DEFAULT false,
  changes integer NOT NULL DEFAULT 0,
  acked_at_ms bigint,
  acked_by text,
  ack_note text,
  ack_until_ms bigint,
  remind_every_ms bigint,
  owner text,
  inhibited_by bigint REFERENCES alert (id) ON DELETE SET NULL ON UPDATE CASCADE,
  version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX alert_open_subject_key ON alert (rule_id, subject_id) WHERE resolved_at_ms IS NULL AND subject_id IS NOT NULL;
CREATE UNIQUE INDEX alert_open_target_key ON alert (rule_id, target_id) WHERE resolved_at_ms IS NULL AND scope = 'target';
CREATE INDEX alert_open_idx ON alert (id) WHERE resolved_at_ms IS NULL;
CREATE INDEX alert_subject_idx ON alert (subject_id, pending_since_ms DESC);
CREATE INDEX alert_target_idx ON alert (target_id, pending_since_ms DESC);
CREATE INDEX alert_rule_idx ON alert (rule_id, pending_since_ms DESC);
CREATE INDEX alert_fired_idx ON alert (fired_at_ms DESC) WHERE fired_at_ms IS NOT NULL;

CREATE TABLE alert_event (
  id bigserial PRIMARY KEY,
  alert_id bigint NOT NULL REFERENCES alert (id) ON DELETE CASCADE ON UPDATE CASCADE,
  at_ms bigint NOT NULL,
  kind text NOT NULL,
  actor text,
  text text NOT NULL DEFAULT '',
  value double precision
);
CREATE INDEX alert_event_alert_id_idx ON alert_event (alert_id, id);
CREATE INDEX alert_event_at_ms_idx ON alert_event (at_ms);

CREATE TABLE rule_state (
  rule_id text NOT NULL,
  scope text NOT NULL,
  ref integer NOT NULL,
  holds boolean NOT NULL,
  change_times_ms jsonb NOT NULL DEFAULT '[]',
  flapping boolean NOT NULL DEFAULT false,
  PRIMARY KEY (rule_id, scope, ref)
);

CREATE TABLE gpu_floor (
  subject_id integer PRIMARY KEY REFERENCES subject (id) ON DELETE CASCADE ON UPDATE CASCADE,
  engine_started_at_ms bigint NOT NULL,
  floor_bytes double precision,
  learned_at_ms bigint NOT NULL
);

CREATE TABLE silence (
  id bigserial PRIMARY KEY,
  matchers jsonb NOT NULL,
  author text NOT NULL,
  reason text NOT NULL,
  starts_at_ms bigint NOT NULL,
  ends_at_ms bigint NOT NULL,
  created_at_ms bigint NOT NULL,
  ended_by text,
  last_matched_ms bigint
);
CREATE INDEX silence_ends_at_ms_idx ON silence (ends_at_ms);

CREATE TABLE maintenance (
  id bigserial PRIMARY KEY,
  title text NOT NULL,
  matchers jsonb NOT NULL,
  schedule jsonb NOT NULL,
  author text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  created_at_ms bigint NOT NULL,
  removed_at_ms bigint
);

CREATE TABLE channel (
  id serial PRIMARY KEY,
  name text NOT NULL,
  kind text NOT NULL,
  settings jsonb NOT NULL,
  filter jsonb NOT NULL,
  origin text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  changed_at_ms bigint NOT NULL,
  removed_at_ms bigint
);
CREATE UNIQUE INDEX channel_name_key ON channel (name) WHERE removed_at_ms IS NULL;

CREATE TABLE alert_channel (
  alert_id bigint NOT NULL REFERENCES alert (id) ON DELETE CASCADE ON UPDATE CASCADE,
  channel_id integer NOT NULL REFERENCES channel (id) ON DELETE CASCADE ON UPDATE CASCADE,
  told text NOT NULL,
  told_at_ms bigint NOT NULL,
  reason text NOT NULL DEFAULT '',
  PRIMARY KEY (alert_id, channel_id)
);

CREATE TABLE delivery (
  id text PRIMARY KEY,
  channel_id integer NOT NULL REFERENCES channel (id) ON DELETE CASCADE ON UPDATE CASCADE,
  kind text NOT NULL,
  group_key text NOT NULL,
  state text NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  created_at_ms bigint NOT NULL,
  next_try_ms bigint,
  sent_at_ms bigint,
  last_status integer,
  last_answer text,
  message jsonb
);
CREATE INDEX delivery_channel_id_idx ON delivery (channel_id, created_at_ms DESC);
CREATE INDEX delivery_open_idx ON delivery (next_try_ms) WHERE state IN ('waiting', 'retrying');

CREATE TABLE delivery_alert (
  alert_id bigint NOT NULL REFERENCES alert (id) ON DELETE CASCADE ON UPDATE CASCADE,
  delivery_id text NOT NULL REFERENCES delivery (id) ON DELETE CASCADE ON UPDATE CASCADE,
  PRIMARY KEY (alert_id, delivery_id)
);

CREATE TABLE audit (
  id bigserial PRIMARY KEY,
  at_ms bigint NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  object text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_at_ms_idx ON audit (at_ms);
