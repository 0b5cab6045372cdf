import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Scope } from '#components/panel/scope.tsx';
import type { Subject } from '#lib/api/subjects.ts';
import { subjectsQuery } from '#lib/client/queries.ts';
import { shortNames } from '#lib/client/subject-name.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';

/** The GPUs of engines, or the engines on GPUs, as the scope of a panel; stable while names and links do not change. */
export function useLinkedScope(of: readonly Pick<Subject, 'links'>[], kind: SubjectKind): Scope {
  const { data } = useQuery(subjectsQuery(kind));
  const ids = new Set(of.flatMap(({ links }) => links.filter((link) => link.kind === kind).map(({ id }) => id)));
  const identity = JSON.stringify(
    (data?.items ?? []).filter(({ id }) => ids.has(id)).map(({ id, name, target }) => ({ id, name, target })),
  );
  return useMemo((): Scope => {
    const linked = JSON.parse(identity) as Pick<Subject, 'id' | 'name' | 'target'>[];
    return { kind, group: 'subject', ids: linked.map(({ id }) => id), names: shortNames(linked), baselineRps: null };
  }, [identity, kind]);
}
