'use client';

import Link from 'next/link';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { exactText } from '#lib/client/plan-words.ts';
import { formatValue } from '#lib/metrics/unit.ts';
import type { Figure, Origin } from '#lib/plan/figure.ts';

type PlanFiguresProps = {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** All of them open; a person may still open and close single ones. */
  readonly isOpen: boolean;
  readonly onToggle: () => void;
};

/** Every number with its formula, what went into it and where that is from. */
export function PlanFigures({ title, figures, isOpen, onToggle }: PlanFiguresProps) {
  return (
    <Card
      title={title}
      actions={
        <Button variant="quiet" className="h-7" onClick={onToggle} aria-pressed={isOpen}>
          {isOpen ? 'Close all' : 'Open all'}
        </Button>
      }
    >
      <div className="px-3 pb-2">
        {figures.map((figure) => (
          <FigureRow key={`${figure.id} ${isOpen}`} figure={figure} isOpen={isOpen} />
        ))}
      </div>
    </Card>
  );
}

function FigureRow({ figure, isOpen }: { figure: Figure; isOpen: boolean }) {
  return (
    <details open={isOpen} className="group border-t border-line first:border-0">
      <summary className="min-h-8 cursor-default py-1.5">
        <span className="inline-grid w-[calc(100%-1.5rem)] grid-cols-[minmax(0,1fr)_auto] gap-3 align-top">
          <span>{figure.title}</span>
          <span className="font-medium">
            {figure.value === null ? 'unknown' : formatValue(figure.value, figure.unit)}
          </span>
        </span>
      </summary>
      <FigureDetails figure={figure} />
    </details>
  );
}

/** Formula, inputs with their origin, reference; why it is unknown. */
export function FigureDetails({ figure }: { figure: Figure }) {
  return (
    <div className="space-y-1.5 pb-2.5 pl-4 text-xs">
      <p className="[overflow-wrap:anywhere]">
        <span className="text-muted">= </span>
        {figure.formula}
        <span className="text-muted"> = </span>
        <span className="font-medium">{exactText(figure.value, figure.unit)}</span>
      </p>
      {figure.reason !== '' && <p className="[overflow-wrap:anywhere]">Unknown: {figure.reason}.</p>}
      <ul className="space-y-0.5">
        {figure.inputs.map(({ name, value, unit, origin }) => (
          <li key={name} className="grid gap-x-3 sm:grid-cols-[10rem_14rem_minmax(0,1fr)]">
            <span>{name}</span>
            <span className="font-medium">{exactText(value, unit)}</span>
            <span className="text-muted [overflow-wrap:anywhere]">
              <OriginText origin={origin} />
            </span>
          </li>
        ))}
      </ul>
      <p className="text-muted [overflow-wrap:anywhere]">{figure.reference}</p>
    </div>
  );
}

const ORIGIN_WORDS: Readonly<Record<Origin['kind'], string>> = {
  engine: 'engine',
  gpu: 'GPU',
  card: 'card',
  model: 'model',
  report: 'report',
  entered: 'entered',
  default: 'assumed',
  computed: 'computed',
};

function OriginText({ origin: { kind, text, subject } }: { origin: Origin }) {
  // "report: report 000" would say it twice.
  const words = text.startsWith(ORIGIN_WORDS[kind]) ? text : `${ORIGIN_WORDS[kind]}: ${text}`;
  if (subject === null || (kind !== 'engine' && kind !== 'gpu')) return words;
  return (
    <Link href={`/${kind === 'engine' ? 'engines' : 'gpus'}/${subject}`} className="underline">
      {words}
    </Link>
  );
}
