import type { TenantId } from '@countersign/core';
import type { Directory, DirectoryChange } from '../directory/directory.ts';
import type { NamedPerson, RiskHistory } from './risk-history.ts';
import { RISK_LEVELS, type RiskLevel } from './risk-level.ts';

/** A person whose risk has changed. */
export type ChangedRisk = { readonly tenant: TenantId; readonly change: DirectoryChange };

/** Reports whose risk has changed because of findings, once per change. */
export class RiskChanges {
  readonly #risks: RiskHistory;
  readonly #written: Directory;
  /** By tenant and id: the last reported risk from findings. */
  readonly #reported = new Map<string, NamedPerson & { readonly found: RiskLevel }>();
  #looked = { version: -1, atMs: 0, turnMs: 0 };

  /** `written`: the company's own statements about people. */
  constructor(risks: RiskHistory, written: Directory) {
    this.#risks = risks;
    this.#written = written;
  }

  /** All changes since the last call, by findings or because time has passed. */
  poll(nowMs: number): readonly ChangedRisk[] {
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

  /** The worse of the company's statement and the findings counts, before and after. */
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
