import type { TenantId } from '@countersign/core';
import type { Directory, EntityAttributes, SourcedValue } from '../directory/directory.ts';
import type { RiskLookup } from '../risk/risk-history.ts';
import { RISK_LEVELS } from '../risk/risk-level.ts';

/** States of a wave, the most permissive first. */
export const WAVE_STATES = ['open', 'paused', 'closed', 'planned'] as const;

/**
 * The directory that the policies of the suite read. It derives three attributes of a person:
 * `privileged` if a role is privileged, `wave` as the most permissive state of their waves, and
 * `risk` as the higher of the company's statement and the findings.
 */
export class SuiteDirectory implements Directory {
  readonly #directory: Directory;
  readonly #risks: RiskLookup | undefined;

  constructor(directory: Directory, risks?: RiskLookup) {
    this.#directory = directory;
    this.#risks = risks;
  }

  find(tenant: TenantId, type: string, id: string): EntityAttributes | undefined {
    const facts = this.#directory.find(tenant, type, id);
    if (type === 'Workload') return this.#workload(tenant, id, facts);
    if (type !== 'Person' || facts === undefined) return facts;
    const risk = (): SourcedValue | undefined => this.#risks?.risk(tenant, [facts.id, id]);
    return new PersonAttributes(facts, (of, each) => this.#directory.find(tenant, of, each), risk);
  }

  completeListing(tenant: TenantId, type: string): SourcedValue<null> | undefined {
    return this.#directory.completeListing(tenant, type);
  }

  networks(tenant: TenantId, address: string): SourcedValue<readonly string[]> | undefined {
    return this.#directory.networks(tenant, address);
  }

  /** If the register is complete, a workload that it does not list is unregistered. */
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

class PersonAttributes implements EntityAttributes {
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
        return this.#deriveFromContainers('Role', 'privileged', (values) => values.includes(true));
      case 'wave':
        return this.#deriveFromContainers(
          'Wave',
          'state',
          (values) => WAVE_STATES.find((state) => values.includes(state)) ?? 'none',
        );
      case 'risk':
        return worseRisk(this.#facts.attribute(name), this.#risk());
      case 'kind':
        return this.#facts.attribute(name) ?? this.#kindOfUserType();
      default:
        return this.#facts.attribute(name);
    }
  }

  /** Derives `kind` from the vendor's `userType` if the company states none. */
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

  /** Combines one attribute of all containers of the person. The oldest one sets the age. */
  #deriveFromContainers<T>(
    type: string,
    attribute: string,
    combine: (values: readonly unknown[]) => T,
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
    return { value: combine(values), source, seenMs };
  }
}

/** The higher risk; at the same level, the newer one. A stated text that is no level stays. */
function worseRisk(
  stated: SourcedValue | undefined,
  observed: SourcedValue | undefined,
): SourcedValue | undefined {
  if (stated === undefined || observed === undefined) return stated ?? observed;
  const levels: readonly unknown[] = RISK_LEVELS;
  const [statedLevel, observedLevel] = [
    levels.indexOf(stated.value),
    levels.indexOf(observed.value),
  ];
  if (statedLevel < 0) return stated;
  if (statedLevel === observedLevel) return stated.seenMs > observed.seenMs ? stated : observed;
  return statedLevel > observedLevel ? stated : observed;
}
