import type { Episode } from '#lib/alerts/alert.ts';
import { FLAP_WINDOW_MS, type FlapMemory } from '#lib/alerts/flapping.ts';
import { caseKey } from '#lib/collector/rule-cases.ts';
import { loadOpenAlerts } from '#lib/db/alerts.ts';
import type { Pool } from '#lib/db/pool.ts';
import { loadRuleStates } from '#lib/db/rule-states.ts';

export type OpenAlert = {
  readonly id: number;
  readonly targetId: number;
  readonly expr: string;
  readonly episode: Episode;
  /** When it was last written; steady firing alerts are not written at every poll. */
  readonly savedAtMs: number;
};

/** Open episodes and flap memories of the targets that this collector evaluates. The database is the truth, this its copy. */
export class AlertMemory {
  readonly #pool: Pool;
  readonly #open = new Map<string, OpenAlert>();
  readonly #flaps = new Map<string, { readonly targetId: number; readonly memory: FlapMemory }>();
  readonly #loaded = new Set<number>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Reads what the database has of targets that were not evaluated here before. */
  async ensure(targetIds: readonly number[], targetOf: (scope: string, ref: number) => number | null): Promise<void> {
    const missing = targetIds.filter((id) => !this.#loaded.has(id));
    if (missing.length === 0) return;
    const rows = await loadOpenAlerts(this.#pool, missing);
    const states = await loadRuleStates(this.#pool, missing);
    for (const row of rows) {
      const { id, targetId, rule } = row;
      if (targetId === null) continue;
      const key = caseKey(row.ruleId, row.scope, row.subjectId ?? targetId);
      this.#open.set(key, { id, targetId, expr: rule.expr, episode: row, savedAtMs: row.lastSeenMs });
    }
    for (const { ruleId, scope, ref, memory } of states) {
      const targetId = targetOf(scope, ref);
      if (targetId !== null) this.#flaps.set(caseKey(ruleId, scope, ref), { targetId, memory });
    }
    for (const id of missing) this.#loaded.add(id);
  }

  open(key: string): OpenAlert | null {
    return this.#open.get(key) ?? null;
  }

  flap(key: string): FlapMemory | null {
    return this.#flaps.get(key)?.memory ?? null;
  }

  /** Takes over what has been committed. */
  setOpen(key: string, alert: OpenAlert | null): void {
    if (alert === null) this.#open.delete(key);
    else this.#open.set(key, alert);
  }

  setFlap(key: string, targetId: number, memory: FlapMemory, nowMs: number): void {
    const newest = memory.changeTimesMs.at(-1) ?? 0;
    if (!memory.holds && !memory.flapping && newest < nowMs - FLAP_WINDOW_MS) this.#flaps.delete(key);
    else this.#flaps.set(key, { targetId, memory });
  }

  /** The next evaluation of this target reads the database again. */
  forget(targetId: number): void {
    this.#loaded.delete(targetId);
    for (const [key, alert] of this.#open) if (alert.targetId === targetId) this.#open.delete(key);
    for (const [key, flap] of this.#flaps) if (flap.targetId === targetId) this.#flaps.delete(key);
  }

  /** Rules that are no longer evaluated: their open alerts are ended elsewhere. */
  keepRules(ruleIds: ReadonlySet<string>): void {
    for (const key of this.#open.keys()) if (!ruleIds.has(key.split(' ', 1)[0] ?? '')) this.#open.delete(key);
  }

  forgetAll(): void {
    this.#loaded.clear();
    this.#open.clear();
    this.#flaps.clear();
  }

  /** Targets with a pending episode of one of these rules. */
  pendingTargets(isMeant: (ruleId: string) => boolean): ReadonlySet<number> {
    const targets = new Set<number>();
    for (const [key, { targetId, episode }] of this.#open) {
      if (episode.firedAtMs === null && isMeant(key.split(' ', 1)[0] ?? '')) targets.add(targetId);
    }
    return targets;
  }

  openCount(): number {
    return this.#open.size;
  }
}
