import type { TenantId } from '../../core/index.ts';
import type { Directory, EntityFacts, Sourced } from './facts.ts';

/** States of a wave, the one first that lets most in. */
export const WAVE_STATES = ['open', 'paused', 'closed', 'planned'] as const;

/**
 * The directory as the suite's policies read it: what follows from several entries is worked out
 * here. A person is `privileged` who holds a role that is, and is in the `wave` that lets most in.
 */
export class SuiteDirectory implements Directory {
  readonly #directory: Directory;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  find(tenant: TenantId, type: string, id: string): EntityFacts | undefined {
    const facts = this.#directory.find(tenant, type, id);
    if (type === 'Workload') return this.#workload(tenant, id, facts);
    if (type !== 'Person' || facts === undefined) return facts;
    return new PersonFacts(facts, (of, each) => this.#directory.find(tenant, of, each));
  }

  told(tenant: TenantId, type: string): Sourced<null> | undefined {
    return this.#directory.told(tenant, type);
  }

  networks(tenant: TenantId, address: string): Sourced<readonly string[]> | undefined {
    return this.#directory.networks(tenant, address);
  }

  /** With a register, what it does not have is known not to be registered. */
  #workload(tenant: TenantId, id: string, facts: EntityFacts | undefined): EntityFacts | undefined {
    const told = this.#directory.told(tenant, 'Workload');
    if (told === undefined || facts?.attribute('registered') !== undefined) return facts;
    return {
      id: facts?.id ?? id,
      attribute: (name) =>
        name === 'registered' ? { ...told, value: false } : facts?.attribute(name),
      within: (type) => facts?.within(type),
    };
  }
}

type Find = (type: string, id: string) => EntityFacts | undefined;

class PersonFacts implements EntityFacts {
  readonly id: string;
  readonly #facts: EntityFacts;
  readonly #find: Find;

  constructor(facts: EntityFacts, find: Find) {
    this.id = facts.id;
    this.#facts = facts;
    this.#find = find;
  }

  attribute(name: string): Sourced | undefined {
    switch (name) {
      case 'privileged':
        return this.#worked('Role', 'privileged', (values) => values.includes(true));
      case 'wave':
        return this.#worked(
          'Wave',
          'state',
          (values) => WAVE_STATES.find((state) => values.includes(state)) ?? 'none',
        );
      case 'kind':
        return this.#facts.attribute(name) ?? this.#kindOfUserType();
      default:
        return this.#facts.attribute(name);
    }
  }

  /** The vendor's word for it, where the company has not said more. */
  #kindOfUserType(): Sourced | undefined {
    const userType = this.#facts.attribute('userType');
    if (userType === undefined) return undefined;
    const { value, ...from } = userType;
    const kind = typeof value === 'string' ? value.toLowerCase() : null;
    return { value: kind === 'member' || kind === 'guest' ? kind : null, ...from };
  }

  within(type: string): Sourced<ReadonlySet<string>> | undefined {
    return this.#facts.within(type);
  }

  /** From an attribute of all things that the person is in; as old as the oldest of them. */
  #worked<T>(
    type: string,
    attribute: string,
    work: (values: readonly unknown[]) => T,
  ): Sourced<T> | undefined {
    const within = this.#facts.within(type);
    if (within === undefined) return undefined;
    const values: unknown[] = [];
    let { source, seenMs } = within;
    for (const id of within.value) {
      const sourced = this.#find(type, id)?.attribute(attribute);
      // One of which nobody knows it makes the whole unknown.
      if (sourced === undefined || sourced.value === null) return undefined;
      values.push(sourced.value);
      if (sourced.seenMs < seenMs) ({ source, seenMs } = sourced);
    }
    return { value: work(values), source, seenMs };
  }
}
