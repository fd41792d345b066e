import type { TenantId } from '../../core/index.ts';
import type { Directory, EntityFacts, Sourced } from '../directory/facts.ts';

/** What our own findings say of somebody. */
export type RaisedRisk = {
  readonly tenant: TenantId;
  /** An id, or a name by which the directory knows the person. */
  readonly who: string;
  readonly level: 'medium' | 'high';
  /** The finding. */
  readonly finding: string;
};

/** Somebody whose risk is another than before. */
export type ChangedRisk = {
  readonly tenant: TenantId;
  readonly id: string;
  readonly before: unknown;
  readonly after: unknown;
};

const LEVELS = ['none', 'low', 'medium', 'high'] as const;

/**
 * The directory with the risk that open findings raise: of what a company states and what a
 * finding says the higher counts, with its source. A finding never lowers a risk.
 */
export class RaisedRisks implements Directory {
  readonly #directory: Directory;
  #raised: ReadonlyMap<string, Sourced<string>> = new Map();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  find(tenant: TenantId, type: string, id: string): EntityFacts | undefined {
    const facts = this.#directory.find(tenant, type, id);
    if (this.#raised.size === 0 || type !== 'Person' || facts === undefined) return facts;
    const raised = this.#raised.get(keyOf(tenant, facts.id));
    return raised === undefined ? facts : new RiskFacts(facts, raised);
  }

  told(tenant: TenantId, type: string): Sourced<null> | undefined {
    return this.#directory.told(tenant, type);
  }

  networks(tenant: TenantId, address: string): Sourced<readonly string[]> | undefined {
    return this.#directory.networks(tenant, address);
  }

  /** All that findings say now, seen at this moment. Tells whose risk is another by it. */
  replace(all: readonly RaisedRisk[], seenMs: number): readonly ChangedRisk[] {
    const next = new Map<string, Sourced<string>>();
    const people = new Map<string, { readonly tenant: TenantId; readonly id: string }>();
    for (const { tenant, who, level, finding } of all) {
      const id = this.#directory.find(tenant, 'Person', who)?.id;
      if (id === undefined) continue;
      const key = keyOf(tenant, id);
      people.set(key, { tenant, id });
      const known = next.get(key);
      if (known !== undefined && rank(known.value) >= rank(level)) continue;
      next.set(key, { value: level, source: `finding:${finding}`, seenMs });
    }
    for (const key of this.#raised.keys()) {
      const [tenant = '', id = ''] = key.split('\n');
      people.set(key, { tenant: tenant as TenantId, id });
    }
    const before = this.#risksOf(people);
    this.#raised = next;
    const after = this.#risksOf(people);
    return [...people].flatMap(([key, person]): ChangedRisk[] => {
      const values = { before: before.get(key), after: after.get(key) };
      return values.before === values.after ? [] : [{ ...person, ...values }];
    });
  }

  #risksOf(
    people: ReadonlyMap<string, { readonly tenant: TenantId; readonly id: string }>,
  ): ReadonlyMap<string, unknown> {
    return new Map(
      [...people].map(([key, { tenant, id }]) => [
        key,
        this.find(tenant, 'Person', id)?.attribute('risk')?.value,
      ]),
    );
  }
}

class RiskFacts implements EntityFacts {
  readonly id: string;
  readonly #facts: EntityFacts;
  readonly #raised: Sourced<string>;

  constructor(facts: EntityFacts, raised: Sourced<string>) {
    this.id = facts.id;
    this.#facts = facts;
    this.#raised = raised;
  }

  attribute(name: string): Sourced | undefined {
    const stated = this.#facts.attribute(name);
    if (name !== 'risk') return stated;
    return rank(stated?.value) >= rank(this.#raised.value) ? stated : this.#raised;
  }

  within(type: string): Sourced<ReadonlySet<string>> | undefined {
    return this.#facts.within(type);
  }
}

/** Below all levels where nobody states one. */
function rank(level: unknown): number {
  return LEVELS.findIndex((each) => each === level);
}

function keyOf(tenant: TenantId, id: string): string {
  return `${tenant}\n${id.toLowerCase()}`;
}
