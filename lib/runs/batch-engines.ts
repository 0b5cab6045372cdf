/** An engine as far as it is asked whether it serves a batch API. */
export type BatchEngine = {
  readonly id: number;
  readonly model: string;
  readonly targetName: string;
  readonly host: string | null;
};

/** Label of a batch API's target that names the targets of its engines, comma separated. */
const ENGINES_LABEL = 'engines';

/**
 * The engines behind a batch API: those that its `engines` label names; else those on its host, of its models where any of
 * them serves one; else every engine of its models. None: nothing tells, and nothing is guessed.
 */
export function enginesBehind(
  labels: Readonly<Record<string, string>>,
  models: ReadonlySet<string>,
  engines: readonly BatchEngine[],
): readonly number[] {
  const ids = (found: readonly BatchEngine[]): readonly number[] =>
    found.map((engine) => engine.id).sort((a, b) => a - b);
  const named = labels[ENGINES_LABEL]?.split(',').map((name) => name.trim());
  if (named !== undefined) return ids(engines.filter((engine) => named.includes(engine.targetName)));
  const ofModels = (among: readonly BatchEngine[]) => among.filter((engine) => models.has(engine.model));
  const { host } = labels;
  const onHost = host === undefined ? [] : engines.filter((engine) => engine.host === host);
  if (onHost.length === 0) return ids(ofModels(engines));
  const narrowed = ofModels(onHost);
  return ids(narrowed.length > 0 ? narrowed : onHost);
}
