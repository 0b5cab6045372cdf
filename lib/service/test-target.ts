import type { TargetInput, TargetTest } from '#lib/api/targets.ts';
import { createFetcher } from '#lib/scrape/fetch.ts';
import { createPoll } from '#lib/scrape/poll.ts';
import type { ServiceContext } from '#lib/service/context.ts';
import { AppError } from '#lib/service/errors.ts';
import { refuseAddress } from '#lib/service/refuse-address.ts';
import { subjectName } from '#lib/target/subject-identity.ts';
import { parseTarget } from '#lib/target/target-input.ts';

/** `POST /targets/test`: polls once and shows what was recognised, what is missing and why. Nothing is stored. */
export async function testTarget(context: ServiceContext, input: TargetInput): Promise<TargetTest> {
  const result = parseTarget(input);
  if (!result.ok) {
    throw new AppError(
      'invalid',
      result.errors.map((error) => `${error.path}: ${error.message}`).join('; '),
      result.errors,
    );
  }
  refuseAddress('url', result.target.url ?? '');
  const fetcher = createFetcher();
  try {
    const atMs = context.clock();
    const outcome = await createPoll(result.target, { fetcher, smiCommand: context.smiCommand })();
    const scrape = { atMs, ok: outcome.ok, durationMs: outcome.durationMs, bytes: outcome.bytes };
    if (!outcome.ok) {
      return {
        scrape: { ...scrape, samples: 0, errorKind: outcome.kind, message: outcome.message },
        recognised: outcome.recognised ?? null,
        subjects: [],
      };
    }
    return {
      scrape: { ...scrape, samples: outcome.samples, errorKind: null, message: null },
      recognised: outcome.recognised,
      subjects: outcome.readings.map((reading) => ({
        kind: reading.kind,
        name: subjectName(result.target, reading),
        attributes: { ...reading.attributes },
        values: finite({ ...reading.gauges, ...reading.counters }),
      })),
    };
  } finally {
    await fetcher.close();
  }
}

function finite(values: Readonly<Record<string, number>>): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => [field, Number.isFinite(value) ? value : null]),
  );
}
