-- What a channel did last is looked up every few seconds, and old messages are emptied: neither may read all of history.
CREATE INDEX delivery_sent_idx ON delivery (channel_id, created_at_ms DESC) WHERE state = 'sent';
CREATE INDEX delivery_sent_at_idx ON delivery (channel_id, sent_at_ms DESC) WHERE sent_at_ms IS NOT NULL;
CREATE INDEX delivery_failed_idx ON delivery (channel_id, created_at_ms DESC) WHERE state IN ('dead', 'retrying', 'waiting');
CREATE INDEX delivery_message_idx ON delivery (created_at_ms) WHERE message IS NOT NULL;
