import { HEALTH_STATES, type HealthState, type Subject } from '#lib/api/subjects.ts';

export type FleetFilter = { readonly text: string; readonly states: readonly HealthState[] };

export function parseFilter(text: string, states: string): FleetFilter {
  const wanted = new Set(states.split(','));
  return { text: text.trim().toLowerCase(), states: HEALTH_STATES.filter((state) => wanted.has(state)) };
}

/** Every word must occur in the name, the target, a label or an attribute. */
export function filterSubjects(subjects: readonly Subject[], filter: FleetFilter): readonly Subject[] {
  const words = filter.text.split(/\s+/).filter((word) => word !== '');
  return subjects.filter((subject) => {
    if (filter.states.length > 0 && !filter.states.includes(subject.health.state)) return false;
    if (words.length === 0) return true;
    const text = [
      subject.name,
      subject.target.name,
      ...Object.entries(subject.labels).map(([name, value]) => `${name}=${value}`),
      ...Object.values(subject.attributes),
    ]
      .join('\n')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
