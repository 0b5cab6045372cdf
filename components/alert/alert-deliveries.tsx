'use client';

import { DeliveryRow } from '#components/channel/delivery-row.tsx';
import { Card } from '#components/ui/card.tsx';
import type { AlertDetail } from '#lib/api/alerts.ts';

/** Who was told, what the receiver answered, and who was not told and why. */
export function AlertDeliveries({ alert }: { alert: AlertDetail }) {
  const { deliveries, untold } = alert;
  return (
    <Card title={`Messages (${deliveries.length})`}>
      <ul className="divide-y divide-line px-3 pb-2">
        {deliveries.map((delivery) => (
          <DeliveryRow key={delivery.id} delivery={delivery} />
        ))}
        {untold.map(({ channel, reason }) => (
          <li key={`${channel} ${reason}`} className="py-1.5 text-muted">
            <span className="text-text">{channel}</span> was not told: {reason}
          </li>
        ))}
        {deliveries.length === 0 && untold.length === 0 && (
          <li className="py-1.5 text-muted">No channel had to be told yet.</li>
        )}
      </ul>
    </Card>
  );
}
