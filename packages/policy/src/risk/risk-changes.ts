import type { TenantId } from '@countersign/core';
import type { Directory, DirectoryChange } from '../directory/directory.ts';
import type { NamedPerson, RiskHistory } from './risk-history.ts';
import { RISK_LEVELS, type RiskLevel } from './risk-level.ts';

/** Somebody whose risk is another than before. */
export type ChangedRisk = { readonly tenant: TenantId; readonly change: DirectoryChange };

/** Tells whose risk is another by what findings say, once for each change. */
export class RiskChanges {
  readonly #risks: RiskHistory;
  readonly #written: Directory;
  /** By tenant and id: to what findings had raised whom, as it was told last. */
  readonly #reported = new Map<string, NamedPerson & { readonly found: RiskLevel }>();
  #looked = { version: -1, atMs: 0, turnMs: 0 };

  /** `written`: what the company itself says of people. */
  constructor(risks: RiskHistory, written: Directory) {
    this.#risks = risks;
    this.#written = written;
  }

  /** All that changed since the last look, by findings or because time has passed. */
  look(nowMs: number): readonly ChangedRisk[] {
    const { version, atMs, turnMs } = this.#looked;
    // The clock may have been set back.
    const isSame = version === this.#risks.version && atMs <= nowMs && nowMs < turnMs;
    if (isSame) return [];
    const found = new Map([...this.#risks.people(nowMs)].map((each) => [keyOf(each), each]));
    const changed = [...new Set([...this.#reported.keys(), ...found.keys()])].flatMap((key) => {
      const person = found.get(key) ?? this.#reported.get(key);
      if (person === undefined) return [];
      const [before, after] = [this.#reported.get(key)?.found, found.get(key)?.found];
      return this.#change(person, before ?? 'none', after ?? 'none');
    });
    this.#reported.clear();
    for (const [key, each] of found) if (each.found !== 'none') this.#reported.set(key, each);
    const turn = this.#risks.turnAfter(nowMs);
    this.#looked = { version: this.#risks.version, atMs: nowMs, turnMs: turn };
    return changed;
  }

  /** Of what the company wrote down and what is found the worse counts, before and after. */
  #change({ tenant, id }: NamedPerson, was: RiskLevel, is: RiskLevel): readonly ChangedRisk[] {
    if (was === is) return [];
    const written = this.#written.find(tenant, 'Person', id)?.attribute('risk')?.value;
    const [before, after] = [worse(written, was), worse(written, is)];
    if (before === after) return [];
    const risk = { kind: 'attribute', type: 'Person', id, attribute: 'risk' } as const;
    return [{ tenant, change: { ...risk, before, after } }];
  }
}

function worse(written: unknown, found: RiskLevel): RiskLevel {
  const levels: readonly unknown[] = RISK_LEVELS;
  const at = levels.indexOf(written);
  return RISK_LEVELS[Math.max(at, RISK_LEVELS.indexOf(found))] ?? found;
}

function keyOf({ tenant, id }: NamedPerson): string {
  return `${tenant}\n${id.toLowerCase()}`;
}
