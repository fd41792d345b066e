import type { TenantId } from '@countersign/core';
import type { Operation } from '../../../operations/definition/operation.ts';
import { PERSON_MEMBERS } from '../../../operations/offers.ts';
import { type GroupsOfPerson, PersonGroups } from '../../../operations/people/person-groups.ts';
import { PSEUDONYM } from '../../../operators/pseudonyms/pseudonym-key.ts';
import type { ApiParts } from '../api-parts.ts';
import { refuse } from '../http/problem.ts';

/** The people that questions are about. */
export class AskedPeople {
  readonly #nameOf: ApiParts['nameOf'];
  readonly #groups: PersonGroups;

  constructor({ nameOf, shared }: Pick<ApiParts, 'nameOf' | 'shared'>) {
    this.#nameOf = nameOf;
    this.#groups = new PersonGroups(shared);
  }

  /**
   * The input with the person behind a pseudonym, which answers show in place of names.
   *
   * @throws ProblemError 404 if no record names a person with this pseudonym
   */
  async resolved(
    { name }: Operation,
    input: object,
  ): Promise<{ readonly input: object; readonly wasPseudonym: boolean }> {
    const pseudonym = personIn(name, input);
    if (pseudonym === undefined || !PSEUDONYM.test(pseudonym)) {
      return { input, wasPseudonym: false };
    }
    const person = await this.#nameOf(pseudonym);
    if (person === undefined) refuse(404, 'no-such-person', `no record names ${pseudonym}`);
    const member = PERSON_MEMBERS.get(name) as string;
    return { input: { ...input, [member]: person }, wasPseudonym: true };
  }

  /** Undefined: the question is not about one person. */
  async groupsOf(
    { name }: Operation,
    input: object,
    tenant: TenantId | undefined,
  ): Promise<GroupsOfPerson | undefined> {
    const person = personIn(name, input);
    return person === undefined ? undefined : this.#groups.of(person, tenant);
  }
}

function personIn(operation: string, input: object): string | undefined {
  const member = PERSON_MEMBERS.get(operation);
  const value = member === undefined ? undefined : new Map(Object.entries(input)).get(member);
  return typeof value === 'string' ? value : undefined;
}
