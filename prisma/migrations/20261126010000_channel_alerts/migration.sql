-- An alert may be about a channel that loses messages: it has no target then. Notes about such channels are alerts now.
ALTER TABLE alert ALTER COLUMN target_id DROP NOT NULL;
ALTER TABLE alert ADD COLUMN channel_id integer REFERENCES channel (id) ON DELETE SET NULL ON UPDATE CASCADE;
CREATE UNIQUE INDEX alert_open_channel_key ON alert (rule_id, channel_id) WHERE resolved_at_ms IS NULL AND scope = 'channel';
DELETE FROM delivery WHERE kind IN ('channel-failing', 'channel-working');
DROP INDEX delivery_note_idx;
