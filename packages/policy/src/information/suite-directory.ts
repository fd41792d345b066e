import type { TenantId } from '@countersign/core';
import type { Directory, EntityAttributes, SourcedValue } from '../directory/directory.ts';
import type { RiskLookup } from '../risk/risk-history.ts';
import { RISK_LEVELS } from '../risk/risk-level.ts';

/** States of a wave, the most permissive first. */
export const WAVE_STATES = ['open', 'paused', 'closed', 'planned'] as const;

/**
 * The directory as the suite's policies read it. Derives values from several entries. A person with
 * a privileged role is `privileged`. A person is in the most permissive of their `wave` values.
 * Their `risk` is the worse of the company's statement and the findings.
 */
export class SuiteDirectory implements Directory {
  readonly #directory: Directory;
  readonly #opinions: RiskLookup | undefined;

  constructor(directory: Directory, opinions?: RiskLookup) {
    this.#directory = directory;
    this.#opinions = opinions;
  }

  find(tenant: TenantId, type: string, id: string): EntityAttributes | undefined {
    const facts = this.#directory.find(tenant, type, id);
    if (type === 'Workload') return this.#workload(tenant, id, facts);
    if (type !== 'Person' || facts === undefined) return facts;
    const risk = (): SourcedValue | undefined => this.#opinions?.risk(tenant, [facts.id, id]);
    return new PersonFacts(facts, (of, each) => this.#directory.find(tenant, of, each), risk);
  }

  completeListing(tenant: TenantId, type: string): SourcedValue<null> | undefined {
    return this.#directory.completeListing(tenant, type);
  }

  networks(tenant: TenantId, address: string): SourcedValue<readonly string[]> | undefined {
    return this.#directory.networks(tenant, address);
  }

  /** With a register, an unlisted workload is known to be unregistered. */
  #workload(
    tenant: TenantId,
    id: string,
    facts: EntityAttributes | undefined,
  ): EntityAttributes | undefined {
    const listing = this.#directory.completeListing(tenant, 'Workload');
    if (listing === undefined || facts?.attribute('registered') !== undefined) return facts;
    return {
      id: facts?.id ?? id,
      attribute: (name) =>
        name === 'registered' ? { ...listing, value: false } : facts?.attribute(name),
      within: (type) => facts?.within(type),
    };
  }
}

type Find = (type: string, id: string) => EntityAttributes | undefined;

class PersonFacts implements EntityAttributes {
  readonly id: string;
  readonly #facts: EntityAttributes;
  readonly #find: Find;
  readonly #risk: () => SourcedValue | undefined;

  constructor(facts: EntityAttributes, find: Find, risk: () => SourcedValue | undefined) {
    this.id = facts.id;
    this.#facts = facts;
    this.#find = find;
    this.#risk = risk;
  }

  attribute(name: string): SourcedValue | undefined {
    switch (name) {
      case 'privileged':
        return this.#worked('Role', 'privileged', (values) => values.includes(true));
      case 'wave':
        return this.#worked(
          'Wave',
          'state',
          (values) => WAVE_STATES.find((state) => values.includes(state)) ?? 'none',
        );
      case 'risk':
        return worse(this.#facts.attribute(name), this.#risk());
      case 'kind':
        return this.#facts.attribute(name) ?? this.#kindOfUserType();
      default:
        return this.#facts.attribute(name);
    }
  }

  /** The vendor's value, if the company states none. */
  #kindOfUserType(): SourcedValue | undefined {
    const userType = this.#facts.attribute('userType');
    if (userType === undefined) return undefined;
    const { value, ...from } = userType;
    const kind = typeof value === 'string' ? value.toLowerCase() : null;
    return { value: kind === 'member' || kind === 'guest' ? kind : null, ...from };
  }

  within(type: string): SourcedValue<ReadonlySet<string>> | undefined {
    return this.#facts.within(type);
  }

  /** Derived from an attribute of all containers of the person; as old as the oldest of them. */
  #worked<T>(
    type: string,
    attribute: string,
    work: (values: readonly unknown[]) => T,
  ): SourcedValue<T | null> | undefined {
    const within = this.#facts.within(type);
    if (within === undefined) return undefined;
    const values: unknown[] = [];
    let { source, seenMs } = within;
    for (const id of within.value) {
      const sourced = this.#find(type, id)?.attribute(attribute);
      if (sourced?.conflict !== undefined) return { ...sourced, value: null };
      // One unknown container makes the result unknown.
      if (sourced === undefined || sourced.value === null) return undefined;
      values.push(sourced.value);
      if (sourced.seenMs < seenMs) ({ source, seenMs } = sourced);
    }
    return { value: work(values), source, seenMs };
  }
}

/** At the same risk the younger statement counts. A text that is not a level is not overridden. */
function worse(
  written: SourcedValue | undefined,
  found: SourcedValue | undefined,
): SourcedValue | undefined {
  if (written === undefined || found === undefined) return written ?? found;
  const levels: readonly unknown[] = RISK_LEVELS;
  const [one, other] = [levels.indexOf(written.value), levels.indexOf(found.value)];
  if (one < 0) return written;
  if (one === other) return written.seenMs > found.seenMs ? written : found;
  return one > other ? written : found;
}
