'use client';

import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { LeakStatus } from '#components/leak/leak-status.tsx';
import { Fact } from '#components/run/fact.tsx';
import { Instant } from '#components/status/instant.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import type { LeakView } from '#lib/api/leak.ts';
import type { RunGpu } from '#lib/api/runs.ts';
import { growerText, moreFloorsText, pText, SHAPE_WORDS } from '#lib/client/leak-words.ts';
import { memoryText, signedText } from '#lib/client/run-words.ts';
import { slopeText, timeToLimitText } from '#lib/detect/leak-text.ts';
import { formatValue } from '#lib/metrics/unit.ts';

type LeakEvidenceProps = {
  gpu: Pick<RunGpu, 'gpu' | 'leak' | 'growers' | 'totalBytes'>;
  onDownload: () => void;
  /** Stands above the numbers. */
  picture?: ReactNode;
};

/** Is it a leak, how sure, how long until it hurts: the verdict and all that it rests on. */
export function LeakEvidence({ gpu, onDownload, picture }: LeakEvidenceProps) {
  const { leak, growers } = gpu;
  const more = moreFloorsText(leak);
  const chosen = leak.model;
  return (
    <Card
      title={`Leak verdict: ${gpu.gpu.name}`}
      actions={
        <Button className="h-7" disabled={leak.floors.length === 0} onClick={onDownload}>
          <Download size={14} aria-hidden />
          Floors
        </Button>
      }
    >
      <div className="space-y-2 px-3 pb-3">
        <p className="flex flex-wrap items-center gap-x-2">
          <LeakStatus verdict={leak.verdict} />
          <span className="[overflow-wrap:anywhere]">
            {leak.reason}
            {more !== '' && `; ${more}`}
          </span>
        </p>
        {picture !== undefined && <div>{picture}</div>}
        <dl className="grid gap-x-4 gap-y-2 sm:grid-cols-2">
          {leak.floorsPer === 'batch' && (
            <Fact term="Growth per batch">{slopeText(leak.slopeMibPerBatch, 'batch')}</Fact>
          )}
          <Fact term="Growth per hour">{slopeText(leak.slopeMibPerHour, 'h')}</Fact>
          <Fact term="Time to the limit" className="sm:col-span-2">
            {timeToLimitText(leak.timeToLimit)}
            {gpu.totalBytes !== null && (
              <span className="text-muted"> (the card has {memoryText(gpu.totalBytes)})</span>
            )}
          </Fact>
          <Fact term="Reserved by the engine">
            {leak.reservedBytes === null ? (
              <span className="text-muted">not known</span>
            ) : (
              memoryText(leak.reservedBytes)
            )}
          </Fact>
          <Fact term="Floor now">
            {memoryText(leak.floorNowBytes)}
            {leak.aboveReservedBytes !== null && (
              <span className="text-muted"> ({signedText(leak.aboveReservedBytes, 'bytes')} to reserved)</span>
            )}
          </Fact>
          <Fact term="Chance that level memory looks like this (p)">{pText(leak.pValue)}</Fact>
          <Fact term="Model that fits best">
            {chosen === null ? (
              <span className="text-muted">none: too few floors</span>
            ) : (
              <>
                {SHAPE_WORDS[chosen.shape]}
                {besideText(chosen.beside)}
                {chosen.step !== null && (
                  <>
                    , a step of {signedText(chosen.step.bytes, 'bytes')} at <Instant ms={chosen.step.atMs} />
                  </>
                )}
                , since <Instant ms={chosen.sinceMs} />
              </>
            )}
          </Fact>
          <Fact term="Floors judged">
            {leak.floors.length},{' '}
            {leak.floorsPer === 'batch'
              ? 'one a batch and the one before'
              : 'the lows of five minutes or more each, noise averaged out'}
            , rounded to {formatValue(leak.quantumBytes, 'bytes')}
          </Fact>
          <Fact term="Taken out before">
            <TakenOut leak={leak} />
          </Fact>
          {growers.length > 0 && (
            <Fact term="What grew" className="sm:col-span-2">
              {growers.map((grower) => (
                <span key={grower.pid} className="block">
                  {growerText(grower)}
                </span>
              ))}
            </Fact>
          )}
        </dl>
        {chosen !== null && <Candidates candidates={chosen.candidates} />}
      </div>
    </Card>
  );
}

function TakenOut({ leak: { warmUp, restarts } }: { leak: LeakView }) {
  if (warmUp === null && restarts.length === 0) return 'nothing';
  return (
    <>
      {warmUp !== null && (
        <span className="block">
          warm-up, <Instant ms={warmUp.fromMs} /> to <Instant ms={warmUp.toMs} />
        </span>
      )}
      {restarts.map(({ atMs, cause }) => (
        <span key={atMs} className="block">
          before the restart at <Instant ms={atMs} /> ({cause})
        </span>
      ))}
    </>
  );
}

type Candidate = NonNullable<LeakView['model']>['candidates'][number];

function Candidates({ candidates }: { candidates: readonly Candidate[] }) {
  const [best] = candidates;
  if (best === undefined) return null;
  return (
    <details>
      <summary className="min-h-6 text-muted">{candidates.length} models compared by BIC, lower is better</summary>
      <table className="mt-1 w-full text-xs">
        <thead className="text-muted">
          <tr>
            <th scope="col" className="text-left font-normal">
              Model
            </th>
            <th scope="col" className="pl-3 text-right font-normal">
              BIC
            </th>
            <th scope="col" className="pl-3 text-right font-normal">
              to the best
            </th>
          </tr>
        </thead>
        <tbody>
          {candidates.map(({ shape, beside, bic }) => (
            <tr key={`${shape} ${beside}`} className="border-t border-line">
              <td className="py-0.5">
                {SHAPE_WORDS[shape]}
                {besideText(beside)}
              </td>
              <td className="py-0.5 pl-3 text-right whitespace-nowrap">{bic.toFixed(1)}</td>
              <td className="py-0.5 pl-3 text-right whitespace-nowrap">+{(bic - best.bic).toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function besideText(beside: 'load' | 'tooth' | null): string {
  if (beside === null) return '';
  return beside === 'load' ? ', with the load' : ', beside a saw-tooth';
}
