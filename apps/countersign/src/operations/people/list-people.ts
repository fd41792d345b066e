import { instantOfMs } from '@countersign/core';
import { z } from 'zod';
import type { Identities } from '../../store/identity/identities.ts';
import type { Principal } from '../../store/identity/principal.ts';
import type { ActorRow } from '../../store/sqlite/principal-table.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { listConclusion, reasonsOf } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, listResult, type Rows } from '../definition/operation.ts';
import { timeSchema } from '../definition/output-schemas.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { needIndex } from '../readers/readers.ts';

export const PRINCIPAL_KINDS = ['user', 'service', 'system'] as const;

type PeopleInput = PeriodInput & {
  readonly text?: string | undefined;
  readonly kind?: (typeof PRINCIPAL_KINDS)[number] | undefined;
};

/** A principal with the first and last of its own events. */
export type PrincipalItem = {
  /** The text that other commands accept for it. */
  readonly who: string;
  readonly kind: (typeof PRINCIPAL_KINDS)[number];
  readonly tenant: string;
  readonly principal: { readonly uid: string | null; readonly name: string | null };
  /** Its other names and ids. */
  readonly aliases: readonly { readonly kind: string; readonly value: string }[];
  readonly first: string;
  readonly last: string;
};

/** More lines help no one: the list names the filter that makes it shorter. */
const PEOPLE_MAX = 20_000;

export const listPeople: ListOperation<PeopleInput, PrincipalItem, Rows<PrincipalItem>> = {
  name: 'people list',
  summary: 'list the people and other principals that acted, the last active first',
  description:
    'Lists each principal that records name as an actor, with its names and its first and last ' +
    'event. --text matches a part of any name or id.',
  scope: 'events:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    text: field(z.string().min(1).optional(), 'part of a name, an address or an id', {
      value: 'text',
    }),
    kind: field(
      z.enum(PRINCIPAL_KINDS).optional(),
      'only people (user), applications (service) or the suite itself (system)',
      { value: 'kind' },
    ),
    ...PERIOD_FIELDS,
  }),
  output: z.strictObject({
    who: z.string().min(1),
    kind: z.enum(PRINCIPAL_KINDS),
    tenant: z.string(),
    principal: z.strictObject({ uid: z.string().nullable(), name: z.string().nullable() }),
    aliases: z.array(z.strictObject({ kind: z.string(), value: z.string() })),
    first: timeSchema,
    last: timeSchema,
  }),
  examples: [
    {
      summary: 'Who of the company acted, and when last?',
      input: { kind: 'user' },
      commandLine: 'people list --kind user',
      runsOn: 'sample',
    },
    {
      summary: 'Find a person by a part of the name',
      input: { text: 'castellan' },
      commandLine: 'people list --text castellan',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant, notice }, input) {
    const { store, head, kept } = await readers.sources();
    needIndex(head);
    const { kind, text } = input;
    const period = periodOf(input);
    const kinds = kind === undefined ? undefined : [kind];
    const read = async () => recentActors(store, { ...period, kinds, text, tenant });
    const { fromMs, toMs } = period;
    // The list without a text is a page that everyone opens, and a pass over all names.
    const filter = [fromMs ?? null, toMs ?? null, kind ?? null, tenant ?? null];
    const question = `people ${JSON.stringify(filter)}`;
    const rows = await (text === undefined ? kept(question, read) : read());
    const { items, count, isCut } = principalsOf(store, rows);
    const { answer } = store.coverageOf({ ...period, tenant }, head);
    const cut = { code: 'cut', text: `there are more than ${PEOPLE_MAX}: give a part of the name` };
    const because = [...(isCut ? [cut] : []), ...reasonsOf(answer)];
    return listResult({
      rows: items,
      itemOf: (item) => item,
      conclude: () => listConclusion({ count, because }, notice),
    });
  },
};

type Query = Parameters<ReturnType<StoreReader['identities']>['recentActors']>[0] & {
  readonly tenant: string | undefined;
};

/** One more than the maximum means that there are more. */
export function recentActors(
  store: Pick<StoreReader, 'identities'>,
  { tenant, ...query }: Query,
  max: number = PEOPLE_MAX,
): readonly ActorRow[] {
  return store.identities().recentActors(query, tenant, max + 1);
}

/** Each principal once, under the key that acted last. A page resolves the names of its rows. */
export function principalsOf(
  store: Pick<StoreReader, 'identities'>,
  rows: readonly ActorRow[],
  max: number = PEOPLE_MAX,
): { readonly items: Iterable<PrincipalItem>; readonly count: number; readonly isCut: boolean } {
  const kept = rows.slice(0, max);
  return { items: itemsOf(store.identities(), kept), count: kept.length, isCut: rows.length > max };
}

function* itemsOf(identities: Identities, rows: readonly ActorRow[]): Generator<PrincipalItem> {
  const listed = new Set<string>();
  for (const row of rows) {
    for (const principal of identities.principalsOf(row)) {
      const key = `${principal.tenant}\n${principal.uid ?? `${principal.kind}:${principal.name}`}`;
      if (listed.has(key)) continue;
      listed.add(key);
      yield itemOf(principal, row.kind);
    }
  }
}

function itemOf(found: Principal, kind: PrincipalItem['kind']): PrincipalItem {
  const { tenant, uid, name, aliases } = found;
  const firstMs = Math.min(...aliases.map((alias) => alias.firstMs));
  const lastMs = Math.max(...aliases.map((alias) => alias.lastMs));
  return {
    ...{ who: uid ?? name ?? '', kind, tenant, principal: { uid, name } },
    aliases: aliases
      .filter(({ value }) => value !== uid && value !== name)
      .map(({ kind: of, value }) => ({ kind: of, value })),
    ...{ first: instantOfMs(firstMs) ?? '', last: instantOfMs(lastMs) ?? '' },
  };
}
