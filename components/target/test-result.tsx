import { Shape } from '#components/status/shape.tsx';
import { RecognisedReport } from '#components/target/recognised-report.tsx';
import { ScrapeText } from '#components/target/scrape-text.tsx';
import type { TargetTest } from '#lib/api/targets.ts';
import { fieldText, fieldTitle } from '#lib/client/field-text.ts';

/** What one poll found, before anything is saved. */
export function TestResult({ result }: { result: TargetTest }) {
  const { scrape, recognised, subjects } = result;
  const understood = scrape.ok && recognised !== null && recognised.text !== '';
  // A page that came and is no metrics page of ours is another fault than an address that does not answer.
  const answers = scrape.ok || scrape.bytes > 0;
  return (
    <section aria-label="Test result" aria-live="polite" className="rounded-md border border-line">
      <p className="flex flex-wrap items-center gap-2 px-3 py-2 font-medium">
        <Shape name={understood ? 'ok' : answers ? 'warning' : 'danger'} />
        {understood
          ? 'It answers and is understood'
          : answers
            ? 'It answers, but nothing was recognised'
            : 'It does not answer'}
        <span className="font-normal text-muted">
          <ScrapeText scrape={scrape} />
        </span>
      </p>
      <div className="space-y-3 border-line px-3 py-2.5 empty:hidden not-empty:border-t">
        {subjects.map((subject) => (
          <div key={`${subject.kind} ${subject.name}`}>
            <p className="font-medium break-words">
              {subject.kind === 'engine' ? 'Engine' : 'GPU'} {subject.name}
            </p>
            <dl className="grid gap-x-4 sm:grid-cols-2">
              {Object.entries(subject.values).map(([id, value]) => (
                <div key={id} className="flex justify-between gap-2 border-b border-line py-0.5">
                  <dt className="truncate text-muted">{fieldTitle(id)}</dt>
                  <dd>{fieldText(id, value)}</dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
        {recognised !== null && <RecognisedReport recognised={recognised} />}
      </div>
    </section>
  );
}
