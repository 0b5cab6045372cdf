import type { Pool } from '#lib/db/pool.ts';
import { loadRules } from '#lib/db/rules.ts';
import { type CompiledRule, compileRule } from '#lib/rules/compiled-rule.ts';

/** The rules that are evaluated, compiled once per version. A rule that does not compile is left out and logged once. */
export class RuleBook {
  readonly #pool: Pool;
  readonly #onBroken: (id: string, error: string) => void;
  #compiled = new Map<string, { readonly text: string; readonly rule: CompiledRule }>();
  #broken = new Map<string, string>();
  #loadedAtMs = Number.NEGATIVE_INFINITY;

  constructor(pool: Pool, onBroken: (id: string, error: string) => void) {
    this.#pool = pool;
    this.#onBroken = onBroken;
  }

  /** The enabled rules as of at most `maxAgeMs` ago. */
  async enabled(nowMs: number, maxAgeMs: number): Promise<readonly CompiledRule[]> {
    if (nowMs - this.#loadedAtMs > maxAgeMs) await this.#load(nowMs);
    return [...this.#compiled.values()].map((entry) => entry.rule);
  }

  /** The next call reads the rules again. */
  refresh(): void {
    this.#loadedAtMs = Number.NEGATIVE_INFINITY;
  }

  async #load(nowMs: number): Promise<void> {
    const stored = await loadRules(this.#pool);
    const next = new Map<string, { readonly text: string; readonly rule: CompiledRule }>();
    for (const { rule } of stored.filter((each) => each.rule.enabled)) {
      const text = JSON.stringify(rule);
      const known = this.#compiled.get(rule.id);
      if (known?.text === text) next.set(rule.id, known);
      else this.#compile(rule.id, text, compileRule(rule), next);
    }
    this.#compiled = next;
    this.#loadedAtMs = nowMs;
  }

  #compile(
    id: string,
    text: string,
    result: ReturnType<typeof compileRule>,
    into: Map<string, { readonly text: string; readonly rule: CompiledRule }>,
  ): void {
    if (result.ok) {
      this.#broken.delete(id);
      into.set(id, { text, rule: result.compiled });
      return;
    }
    if (this.#broken.get(id) !== result.error) this.#onBroken(id, result.error);
    this.#broken.set(id, result.error);
  }
}
