import { Fact } from '#components/run/fact.tsx';
import { Instant } from '#components/status/instant.tsx';
import type { BurstDetail } from '#lib/api/bursts.ts';
import { lastText, promiseText, recoveryText, secondsText } from '#lib/client/burst-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';

/** The numbers of a burst; what is not known yet is a dash. */
export function BurstFacts({ detail }: { detail: BurstDetail }) {
  const { burst, vramFloor } = detail;
  const { loadEnd, start } = burst;
  const promise = promiseText(burst);
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-2 px-3 pb-3 sm:grid-cols-3 lg:grid-cols-4 2xl:grid-cols-6">
      <Fact term="Began">
        <Instant ms={start.atMs} /> <span className="text-muted">± {secondsText(start.plusMinusMs)}</span>
      </Fact>
      <Fact term="Load lasted">
        {loadEnd === null ? 'it lasts' : secondsText(loadEnd.atMs - start.atMs)}
        {burst.waves > 1 && <span className="text-muted"> in {burst.waves} waves</span>}
      </Fact>
      <Fact term="Peak">
        {formatValue(burst.peakRps, 'requests_per_second')}{' '}
        <span className="text-muted">
          = {formatValue(burst.multiplier, 'multiple')} of {formatValue(burst.usualRps, 'requests_per_second')} (
          {burst.usualFrom === 'baseline' ? 'baseline' : 'before it'})
        </span>
      </Fact>
      <Fact term="Mean under load">{formatValue(burst.meanRps, 'requests_per_second')}</Fact>
      <Fact term="Queue peak">{formatValue(burst.queuePeak, 'requests')}</Fact>
      <Fact term="Queue drained">{drainText(burst)}</Fact>
      <Fact term="Recovery">
        {recoveryText(burst.recoveryMs, burst.plusMinusMs)}
        {promise !== '' && <span className="block text-xs text-muted">{promise}</span>}
      </Fact>
      <Fact term="Back last">{lastText(burst)}</Fact>
      <Fact term="Arrived / served / failed">
        {formatValue(burst.arrived, 'count')} / {formatValue(burst.served, 'count')} /{' '}
        {formatValue(burst.failed, 'count')}
      </Fact>
      <Fact term="Speed per request fell by">{formatValue(burst.speedDepth, 'ratio')}</Fact>
      <Fact term="Worst TTFT p95">
        {burst.ttftTimes === null ? '–' : `${formatValue(burst.ttftTimes, 'multiple')} of the usual`}
      </Fact>
      <Fact term="Waiting beyond the usual">
        {burst.lostS === null ? '–' : `${formatValue(burst.lostS, 'count')} request-seconds`}
      </Fact>
      <Fact term="VRAM floor, after − before">
        {vramFloor === null ? (burst.isOpen ? 'once it is over' : 'not known') : deltaText(vramFloor)}
      </Fact>
    </dl>
  );
}

function drainText({ drainMs, loadEnd }: BurstDetail['burst']): string {
  if (loadEnd === null || drainMs === null) return '–';
  return drainMs === 0 ? 'at once' : `${secondsText(drainMs)} after the load`;
}

function deltaText({ beforeBytes, afterBytes }: { beforeBytes: number; afterBytes: number }): string {
  const delta = afterBytes - beforeBytes;
  if (delta === 0) return '0';
  return `${delta > 0 ? '+' : '−'}${formatValue(Math.abs(delta), 'bytes')}`;
}
