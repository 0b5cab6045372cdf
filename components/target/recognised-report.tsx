import type { ReactNode } from 'react';
import { ScrollArea } from '#components/ui/scroll-area.tsx';
import type { Recognised } from '#lib/api/targets.ts';

/** What of a page is understood, what is not, and why: every lost series has a reason. */
export function RecognisedReport({ recognised }: { recognised: Recognised }) {
  const {
    text,
    unit = 'series',
    storedSeries,
    totalSeries,
    missing,
    ignored,
    notes,
    problems,
    problemCount,
  } = recognised;
  return (
    <div className="space-y-2">
      <p>
        <strong className="font-medium">{text === '' ? 'Nothing was recognised' : text}</strong>
        <span className="text-muted">
          {' '}
          · {storedSeries} of {totalSeries} {unit} {unit === 'batches' ? 'understood' : 'stored'}
        </span>
      </p>
      {notes.map((note) => (
        <p key={note} className="break-words">
          Note: {note}
        </p>
      ))}
      <Listing title="Missing fields" count={missing.length} open={missing.length > 0}>
        {missing.map(({ field, reason }) => (
          <Entry key={field} term={field}>
            {reason}
          </Entry>
        ))}
      </Listing>
      <Listing title="Ignored metrics" count={ignored.length}>
        {ignored.map(({ name, seriesCount, reason }) => (
          <Entry key={name} term={name}>
            {reason} ({seriesCount} series)
          </Entry>
        ))}
      </Listing>
      <Listing
        title={unit === 'batches' ? 'What was lost of batches' : 'Lines that were lost'}
        count={problemCount}
        open={problemCount > 0}
      >
        {problems.map(({ line, text: cut, problem }) => (
          <Entry
            key={`${line} ${problem}`}
            term={unit === 'series' ? `line ${line}` : line === 0 ? 'the list' : `batch ${line} of the list`}
          >
            {problem}
            <code className="block text-xs break-all text-muted">{cut}</code>
          </Entry>
        ))}
        {problemCount > problems.length && <p className="text-muted">and {problemCount - problems.length} more</p>}
      </Listing>
    </div>
  );
}

function Listing({
  title,
  count,
  open = false,
  children,
}: {
  title: string;
  count: number;
  open?: boolean;
  children: ReactNode;
}) {
  if (count === 0) return <p className="text-muted">{title}: none</p>;
  return (
    <details open={open}>
      <summary className="min-h-6 font-medium">
        {title} ({count})
      </summary>
      <ScrollArea label={title} className="max-h-80 pl-4">
        <dl>{children}</dl>
      </ScrollArea>
    </details>
  );
}

function Entry({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-4 border-b border-line py-1 last:border-0 sm:grid-cols-[16rem_minmax(0,1fr)]">
      <dt className="font-mono text-xs break-all">{term}</dt>
      <dd className="min-w-0 break-words text-muted">{children}</dd>
    </div>
  );
}
