const GIB = 1024 ** 3;

/** A card by its printed size. The driver reports a little less or more: of a GPU that is watched the read size is used. */
export type Card = {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly reference: string;
};

/** "GB" in the name of a card is 2^30 bytes: nvidia-smi prints 24576MiB for a 24 GB card. */
export const CARDS: readonly Card[] = [
  { id: 'rtx-3090', name: 'RTX 3090 24 GB', bytes: 24 * GIB, reference: 'reports 000 and 001' },
  { id: 'rtx-4090', name: 'RTX 4090 24 GB', bytes: 24 * GIB, reference: 'report 001; printed size' },
  { id: 'l4', name: 'L4 24 GB', bytes: 24 * GIB, reference: 'printed size' },
  { id: 'a10', name: 'A10 24 GB', bytes: 24 * GIB, reference: 'printed size' },
  { id: 'rtx-5090', name: 'RTX 5090 32 GB', bytes: 32 * GIB, reference: 'printed size' },
  { id: 'a100-40', name: 'A100 40 GB', bytes: 40 * GIB, reference: 'report 000' },
  { id: 'l40', name: 'L40 48 GB', bytes: 48 * GIB, reference: 'report 001; printed size' },
  { id: 'a100-80', name: 'A100 80 GB', bytes: 80 * GIB, reference: 'printed size' },
  { id: 'h100', name: 'H100 80 GB', bytes: 80 * GIB, reference: 'reports 000 and 001' },
  { id: 'h200', name: 'H200 141 GB', bytes: 141 * GIB, reference: 'printed size' },
  { id: 'small-8', name: '8 GB card', bytes: 8 * GIB, reference: 'report 000, which calls it an RTX 3090' },
];

export function findCard(id: string): Card | null {
  return CARDS.find((card) => card.id === id) ?? null;
}
