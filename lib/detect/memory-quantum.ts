const KIB = 1024;
const MIB = 1024 ** 2;
/** Coarsest first. nvidia-smi and NVML print whole MiB, the driver hands out 2 MiB, a host page has 4 KiB. */
const QUANTA = [16 * MIB, 8 * MIB, 4 * MIB, 2 * MIB, MIB, 4 * KIB];
/** So many different readings do not all fall on a coarser grid by chance (1 in 2^5 for each doubling). */
const FEWEST_DIFFERENT = 6;

/**
 * The step (bytes) in which an exporter prints memory: the coarsest of 16, 8, 4, 2 MiB that divides every reading, when
 * at least six readings differ; otherwise 1 MiB or 4 KiB when it divides all; otherwise 1 byte.
 */
export function memoryQuantum(bytes: readonly number[]): number {
  const different = new Set(bytes);
  const divides = (quantum: number): boolean => [...different].every((value) => value % quantum === 0);
  const known = QUANTA.find((quantum) => (quantum <= MIB || different.size >= FEWEST_DIFFERENT) && divides(quantum));
  return known ?? 1;
}
