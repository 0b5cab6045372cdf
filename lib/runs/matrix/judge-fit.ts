import { formatValue } from '#lib/metrics/unit.ts';
import { textParam } from '#lib/runs/cell-params.ts';
import { type Judgement, judged, notMeasured } from '#lib/runs/judgement.ts';
import { fitOf, type MatrixCell, newest, peakRatio } from '#lib/runs/matrix/matrix-cell.ts';
import { NAMED_FITS, SOFT_CAP } from '#lib/runs/matrix/reference-cells.ts';

type Named = (typeof NAMED_FITS)[number];

/** "NVIDIA GeForce RTX 3090" and "RTX3090" are the same card, "Qwen2.5-0.5B-Instruct" is a model of 0.5B. */
const plain = (text: string): string => text.toLowerCase().replaceAll(/[\s_-]|nvidia|geforce/g, '');

export function isModel(text: string | null, size: string): boolean {
  if (text === null) return false;
  const at = text.toLowerCase().indexOf(size.toLowerCase());
  return at >= 0 && !/[\d.]/.test(text[at - 1] ?? '');
}

export function isGpu(text: string | null, name: string): boolean {
  return text !== null && plain(text).includes(plain(name));
}

export function isQuantization(text: string | null, name: string): boolean {
  return text !== null && plain(text) === plain(name);
}

export function fitLabel(model: string, quantization: string, gpu: string): string {
  return `${model} ${quantization} × ${gpu}`;
}

/** Report 001, phase 5: the three combinations that it names. Of the other 57 it says only that 29 of 60 fit. */
export function judgeFit(cells: readonly MatrixCell[]): readonly Judgement[] {
  return NAMED_FITS.map((named) => {
    const cell = newest(
      cells,
      (params) =>
        isModel(textParam(params, 'model'), named.model) &&
        isGpu(textParam(params, 'gpu'), named.gpu) &&
        isQuantization(textParam(params, 'quantization'), named.quantization),
    );
    return judgeNamed(cell, named);
  });
}

function judgeNamed(cell: MatrixCell | null, named: Named): Judgement {
  const limit = named.recommended ? `fits, <= ${SOFT_CAP * 100} % of the card` : 'fits or not';
  const label = fitLabel(named.model, named.quantization, named.gpu);
  const criterion = { check: 'memory utilisation', unit: 'ratio', limit, cell: label, source: '001' } as const;
  if (cell === null) return notMeasured(criterion, 'this combination was not run', []);
  const { fits, why } = fitOf(cell);
  const value = peakRatio(cell);
  const report = `the report has ${formatValue(named.utilization, 'ratio')}${named.recommended ? '' : ', not recommended'}`;
  if (fits === null) return notMeasured(criterion, why, [cell.number]);
  if (!fits) return judged(criterion, !named.recommended, value, `does not fit: ${why}; ${report}`, [cell.number]);
  if (isReserved(cell))
    return judged(criterion, true, value, `fits: ${why}; the engine reserves its memory at start; ${report}`, [
      cell.number,
    ]);
  if (value === null) return notMeasured(criterion, `fits: ${why}; memory was not measured`, [cell.number]);
  return judged(criterion, value <= SOFT_CAP || !named.recommended, value, `fits: ${why}; ${report}`, [cell.number]);
}

/** vLLM takes its share of the card at start: then use says nothing of the need. */
function isReserved({ memory }: MatrixCell): boolean {
  return memory.some(
    ({ reservedBytes, totalBytes }) =>
      reservedBytes !== undefined &&
      reservedBytes !== null &&
      totalBytes !== undefined &&
      totalBytes !== null &&
      reservedBytes > SOFT_CAP * totalBytes,
  );
}
