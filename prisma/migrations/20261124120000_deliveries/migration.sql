-- A delivery's alerts are read at each try; notes about failing channels are looked up after each.
CREATE INDEX delivery_alert_delivery_id_idx ON delivery_alert (delivery_id);
CREATE INDEX delivery_note_idx ON delivery (group_key, created_at_ms DESC) WHERE kind IN ('channel-failing', 'channel-working');
