'use client';

import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { Subject } from '#lib/api/subjects.ts';
import type { TargetList } from '#lib/api/targets.ts';
import { subjectsQuery, targetsQuery } from '#lib/client/queries.ts';
import { shortNames } from '#lib/client/subject-name.ts';
import { parsePick, type SubjectPick } from '#lib/client/subject-pick.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';

/** Whom the panels of a page are about. Stable while names, links and picks do not change. */
export type Scope = {
  readonly kind: SubjectKind;
  readonly group: 'subject' | 'fleet';
  /** Empty for the fleet. */
  readonly ids: readonly number[];
  readonly names: ReadonlyMap<number, string>;
  readonly baselineRps: number | null;
  /** Which form of the rules judges what is shown; the relative one where targets differ. */
  readonly profile?: 'relative' | 'literal';
};

const ScopeContext = createContext<Scope | null>(null);

export function useScope(): Scope | null {
  return useContext(ScopeContext);
}

export function ScopeProvider({ scope, children }: { scope: Scope; children: ReactNode }) {
  return <ScopeContext value={scope}>{children}</ScopeContext>;
}

export function useSubjects(kind: SubjectKind) {
  return useQuery(subjectsQuery(kind));
}

/** The scope of a pick. Health changes every poll and is not part of it, or every panel would re-render with it. */
export function useScopeOf(
  kind: SubjectKind,
  subjects: readonly Subject[],
  pickParam: string,
): {
  scope: Scope;
  pick: SubjectPick;
} {
  // Only how targets are judged matters here: that changes when somebody changes them, and then a hint tells.
  const { data: literalText = '' } = useQuery({ ...targetsQuery(60_000), select: literalTargets });
  const identity = JSON.stringify(subjects.map(({ id, name, target, baselineRps }) => [id, name, target, baselineRps]));
  return useMemo(() => {
    const known = (JSON.parse(identity) as [number, string, Subject['target'], number | null][]).map(
      ([id, name, target, baselineRps]) => ({ id, name, target, baselineRps }),
    );
    const pick = parsePick(
      pickParam,
      known.map(({ id }) => id),
    );
    const ids = pick.type === 'fleet' ? [] : pick.ids;
    const single = ids.length === 1 ? known.find(({ id }) => id === ids[0]) : undefined;
    const scope: Scope = {
      kind,
      group: pick.type === 'fleet' ? 'fleet' : 'subject',
      ids,
      names: shortNames(known),
      baselineRps: single?.baselineRps ?? null,
      profile: profileOf(
        known.filter(({ id }) => pick.type === 'fleet' || ids.includes(id)),
        literalText,
      ),
    };
    return { scope, pick };
  }, [identity, kind, pickParam, literalText]);
}

const literalTargets = ({ items }: TargetList): string =>
  items.flatMap(({ id, profile }) => (profile === 'literal' ? [id] : [])).join();

/** Literal only when everything that is shown is judged so. */
export function profileOf(shown: readonly Pick<Subject, 'target'>[], literalTargets: string): 'relative' | 'literal' {
  const literal = new Set(literalTargets.split(',').map(Number));
  return shown.length > 0 && shown.every(({ target }) => literal.has(target.id)) ? 'literal' : 'relative';
}
