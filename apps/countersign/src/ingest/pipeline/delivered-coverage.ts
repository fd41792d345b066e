import { instantOfMs } from '@countersign/core';
import type { ImportedCoverage } from '../../projection/entries/own-entry.ts';

/** Deliveries of one file per tenant, source and workload. Built in workers, merged here. */
export type DeliveryFact = {
  readonly tenant: string;
  readonly source: string;
  readonly workload: string | null;
  count: number;
  firstMs: number;
  lastMs: number;
};

export class DeliveredCoverage {
  readonly #facts = new Map<string, DeliveryFact>();
  /** The fact of each workload that was changed last. */
  readonly #byWorkload = new Map<string | null, DeliveryFact>();

  add(tenant: string, source: string, workload: string | null, timeMs: number): void {
    const known = this.#find(tenant, source, workload, timeMs);
    known.count += 1;
    if (timeMs < known.firstMs) known.firstMs = timeMs;
    if (timeMs > known.lastMs) known.lastMs = timeMs;
  }

  /** On the hot path: within a file only the workload changes from record to record. */
  #find(tenant: string, source: string, workload: string | null, timeMs: number): DeliveryFact {
    const last = this.#byWorkload.get(workload);
    if (last !== undefined && last.tenant === tenant && last.source === source) return last;
    const key = `${tenant}\n${source}\n${workload ?? ''}`;
    let fact = this.#facts.get(key);
    if (fact === undefined) {
      fact = { tenant, source, workload, count: 0, firstMs: timeMs, lastMs: timeMs };
      this.#facts.set(key, fact);
    }
    this.#byWorkload.set(workload, fact);
    return fact;
  }

  merge(facts: readonly DeliveryFact[]): void {
    for (const fact of facts) {
      const key = `${fact.tenant}\n${fact.source}\n${fact.workload ?? ''}`;
      const known = this.#facts.get(key);
      if (known === undefined) {
        this.#facts.set(key, { ...fact });
        continue;
      }
      known.count += fact.count;
      known.firstMs = Math.min(known.firstMs, fact.firstMs);
      known.lastMs = Math.max(known.lastMs, fact.lastMs);
    }
  }

  list(): DeliveryFact[] {
    return [...this.#facts.values()];
  }

  /**
   * The coverage of an import is `unknown`: a file proves that its records were delivered, and
   * nothing about others. The interval is that of the records.
   */
  coverage(warnings: readonly string[]): ImportedCoverage[] {
    return this.list().map((fact) => ({
      tenant: fact.tenant,
      source: fact.source,
      workload: fact.workload,
      subject: null,
      from: instantOfMs(fact.firstMs) ?? '',
      to: instantOfMs(fact.lastMs + 1) ?? '',
      state: 'unknown',
      bound: null,
      because: [UNPROVEN, ...warnings].join('; '),
    }));
  }
}

const UNPROVEN = 'these records are from a file, which cannot prove that none is missing';
