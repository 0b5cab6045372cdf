import { Fact } from '#components/run/fact.tsx';
import { Card } from '#components/ui/card.tsx';
import type { RunDetail } from '#lib/api/runs.ts';
import { durationText, memoryText, signedText } from '#lib/client/run-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';

const rate = (value: number | null) => formatValue(value, 'requests_per_second');

/** Report 003's "Overall Metrics": over all batches together. */
export function OverallCard({ run }: { run: RunDetail }) {
  const { totals, gpus } = run;
  const { rps } = totals;
  return (
    <Card title="All batches together">
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 px-3 pb-3 sm:grid-cols-3">
        <Fact term="Batches">{run.batches.length}</Fact>
        <Fact term="Requests">{formatValue(totals.requests, 'requests')}</Fact>
        <Fact term="Completed">{formatValue(totals.completed, 'requests')}</Fact>
        <Fact term="Failed">{formatValue(totals.failed, 'requests')}</Fact>
        <Fact term="Success">{formatValue(totals.successRatio, 'ratio')}</Fact>
        <Fact term="Time in batches">{durationText(totals.durationMs)}</Fact>
        <Fact term="Mean rate">{rate(rps.mean)}</Fact>
        <Fact term="Lowest, highest">
          {rate(rps.min)}, {rate(rps.max)}
        </Fact>
        <Fact term="Standard deviation">{rate(rps.standardDeviation)}</Fact>
        <Fact term="Variance, (max − min) / max">{formatValue(rps.variance, 'ratio')}</Fact>
        {gpus.map((gpu) => (
          <Fact key={gpu.gpu.id} term={`VRAM, ${gpu.gpu.name}`} className="col-span-2">
            {memoryText(gpu.startBytes)} → {memoryText(gpu.endBytes)} ({signedText(gpu.deltaBytes, 'bytes')}), peak{' '}
            {memoryText(gpu.peakBytes)}
          </Fact>
        ))}
      </dl>
    </Card>
  );
}
