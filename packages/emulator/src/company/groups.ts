import {
  type DirectoryObject,
  type IdList,
  idList,
  NO_IDS,
  type SeedSet,
} from '../directory/model/directory-seed.ts';
import { idOf, indexOf } from '../population/object-ids.ts';
import type { Person } from '../population/person.ts';
import type { Population } from '../population/population.ts';
import { FOUNDED, personIds } from './users.ts';

export function groupSet(population: Population): SeedSet {
  const { groupCount, tenant } = population;
  return {
    size: groupCount,
    count: () => groupCount,
    at: (index) => groupObject(population, index),
    indexOf: (key) => {
      const index = indexOf(tenant.key, 'group', key);
      return index !== undefined && index < groupCount ? index : undefined;
    },
  };
}

function groupObject(population: Population, index: number): DirectoryObject {
  const { id, displayName, mail } = population.group(index);
  return {
    id,
    displayName,
    mail,
    mailEnabled: true,
    mailNickname: mail.split('@')[0] ?? mail,
    securityEnabled: true,
    groupTypes: ['Unified'],
    visibility: 'Private',
    isAssignableToRole: null,
    createdDateTime: FOUNDED,
  };
}

/** Group memberships: 24 bytes per person, created when a group is first read. */
export class Memberships {
  readonly #population: Population;
  #made: { readonly starts: Int32Array; readonly members: Int32Array } | undefined;

  constructor(population: Population) {
    this.#population = population;
  }

  /** Members of a group, in order. */
  of(groupId: string): IdList {
    const { tenant, groupCount } = this.#population;
    const index = indexOf(tenant.key, 'group', groupId);
    if (index === undefined || index >= groupCount) return NO_IDS;
    this.#made ??= invert(this.#population);
    const { starts, members } = this.#made;
    return personIds(this.#population, members.subarray(starts[index], starts[index + 1]));
  }

  groupsOf(person: Person): IdList {
    const { tenant } = this.#population;
    const numbers = this.#population.groupsOf(person);
    return idList(numbers.map((number) => idOf(tenant.key, 'group', number)));
  }
}

/** The most groups of a person: a department and two projects. */
const GROUPS_PER_PERSON = 3;

function invert(population: Population): { starts: Int32Array; members: Int32Array } {
  const { size, groupCount } = population;
  const starts = new Int32Array(groupCount + 1);
  const held = new Int32Array(size * GROUPS_PER_PERSON).fill(-1);
  for (let index = 0; index < size; index++) {
    const { department } = population.traits(index);
    for (const [n, group] of population.groupsOf({ index, department }).entries()) {
      held[index * GROUPS_PER_PERSON + n] = group;
      bump(starts, group + 1);
    }
  }
  for (let group = 0; group < groupCount; group++)
    starts[group + 1] = (starts[group + 1] ?? 0) + (starts[group] ?? 0);
  const members = new Int32Array(starts[groupCount] ?? 0);
  const next = starts.slice();
  for (const [at, group] of held.entries())
    if (group >= 0) members[bump(next, group)] = Math.floor(at / GROUPS_PER_PERSON);
  return { starts, members };
}

function bump(counts: Int32Array, at: number): number {
  const before = counts[at] ?? 0;
  counts[at] = before + 1;
  return before;
}
