import { STORED_FIELDS, type StoredFields } from '#lib/db/columns.ts';
import type { SubjectKind } from '#lib/metrics/sample.ts';
import { storedFieldsOf } from '#lib/metrics/signal-fields.ts';
import { findSignal } from '#lib/metrics/signals.ts';
import type { SignalRead } from '#lib/rules/reads.ts';
import { gpuFieldsOf } from '#lib/series/measure-track.ts';

/** The stored fields that readings of subjects of this kind are measured from; of linked GPUs those that engines need too. */
export function fieldsOfReads(kind: SubjectKind, reads: readonly SignalRead[]): StoredFields {
  const names = new Set(
    reads.flatMap((read) => {
      const signal = findSignal(read.signal);
      if (signal === undefined) return [];
      const own = signal.kind === kind ? storedFieldsOf(signal.compute) : [];
      return kind === 'gpu' ? [...own, ...gpuFieldsOf(signal.compute)] : own;
    }),
  );
  const stored: StoredFields = STORED_FIELDS[kind];
  const of = (fields: readonly string[]): string[] => fields.filter((field) => names.has(field));
  return { gauges: of(stored.gauges), counters: of(stored.counters), histograms: of(stored.histograms) };
}

/** Whether a reading of an engine is measured from the GPUs that it runs on. */
export function readsLinkedGpus(reads: readonly SignalRead[]): boolean {
  return reads.some((read) => {
    const signal = findSignal(read.signal);
    return signal !== undefined && gpuFieldsOf(signal.compute).length > 0;
  });
}
