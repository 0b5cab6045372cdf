import { z } from 'zod';
import { WrittenId } from '#lib/api/id.ts';
import { MOST_PARAMS, parseParam } from '#lib/runs/cell-params.ts';
import { RESULT_TOOLS } from '#lib/runs/results/result-cell.ts';
import { RUN_KINDS } from '#lib/runs/run.ts';

/** Files of load generators that list every request are large; this is what one import takes. */
export const MOST_FILE_BYTES = 64 * 1024 * 1024;

const list = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.string().min(1)).max(1000));

/** Query of `POST /runs/import`; the body is the file. */
export const RunImportQuery = z.strictObject({
  /** Adds to this run; without it a new one is made. */
  run: WrittenId.optional(),
  name: z.string().trim().min(1).max(200).optional(),
  kind: z.enum(RUN_KINDS).exclude(['multi-batch']).optional(),
  /** `concurrency=50,context_tokens=1024`: of every cell of the file, above what the file says. */
  params: list
    .transform((pairs, context) => {
      try {
        return Object.fromEntries(pairs.map(parseParam));
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    })
    .refine((params) => Object.keys(params).length <= MOST_PARAMS, `at most ${MOST_PARAMS} parameters`)
    .optional(),
  /** Ids of the engines that were under load, comma-separated; without them those that serve the model of the file. */
  engines: list
    .transform((texts) => texts.map(Number))
    .pipe(z.array(z.int().positive()))
    .optional(),
  targets: list.optional(),
  /** Minutes east of UTC of the clock that wrote times without a zone. */
  utcOffsetMinutes: z.coerce.number().int().min(-1440).max(1440).optional(),
  /** Says what would come of it and stores nothing. */
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true'),
});
export type RunImportQuery = z.infer<typeof RunImportQuery>;

export const ImportedCell = z.object({
  /** Number of its batch; null of a dry run. */
  number: z.int().nullable(),
  name: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  /** null where nobody knows when it ran: then nothing of the server is measured beside it. */
  startedAtMs: z.number().nullable(),
  endedAtMs: z.number().nullable(),
  remarks: z.array(z.string()),
});

export const RunImport = z.object({
  tool: z.enum(RESULT_TOOLS),
  /** "GuideLLM: 3 measurements" */
  recognised: z.string(),
  kind: z.enum(RUN_KINDS),
  /** null of a dry run. */
  runId: z.int().nullable(),
  /** Names of the engines whose metrics are measured beside the file's numbers. */
  engines: z.array(z.string()),
  cells: z.array(ImportedCell),
});
export type RunImport = z.infer<typeof RunImport>;
