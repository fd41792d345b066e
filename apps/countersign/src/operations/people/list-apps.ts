import { instantOfMs } from '@countersign/core';
import { z } from 'zod';
import { literal } from '../../store/duckdb/duckdb-engine.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { APPS } from '../../store/summaries/apps.ts';
import { listConclusion, reasonsOf } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, type Rows, wholeList } from '../definition/operation.ts';
import { timeSchema } from '../definition/output-schemas.ts';
import { PERIOD_FIELDS, type PeriodInput, type PeriodMs, periodOf } from '../definition/period.ts';
import { needIndex } from '../readers/readers.ts';

type AppsInput = PeriodInput & { readonly text?: string | undefined };

/** An application as records name it, with its events by anyone. */
export type AppItem = {
  readonly tenant: string;
  /** Its id, or its name if no record gives an id. */
  readonly id: string;
  /** The latest name; null if records give none. */
  readonly name: string | null;
  readonly events: number;
  readonly first: string;
  readonly last: string;
};

/** A tenant has some thousand applications. */
const APPS_MAX = 20_000;

export const listApps: ListOperation<AppsInput, AppItem, Rows<AppItem>> = {
  name: 'apps list',
  summary: 'list the applications that acted or were used, the last active first',
  description:
    'Lists each application that records name: as the client that a person used, or as the ' +
    'actor itself. --text matches a part of the name or id.',
  scope: 'events:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    text: field(z.string().min(1).optional(), 'part of a name or an id', { value: 'text' }),
    ...PERIOD_FIELDS,
  }),
  output: z.strictObject({
    tenant: z.string(),
    id: z.string().min(1),
    name: z.string().nullable(),
    events: z.int(),
    first: timeSchema,
    last: timeSchema,
  }),
  examples: [
    {
      summary: 'Which applications were used?',
      input: {},
      commandLine: 'apps list',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant, notice }, input) {
    const { store, head, kept } = await readers.sources();
    needIndex(head);
    const period = periodOf(input);
    const read = () => appsOf(store, { ...period, text: input.text, tenant });
    const { fromMs, toMs } = period;
    // The list without a filter is a page that everyone opens, and a pass over all events.
    const question = `apps ${JSON.stringify([fromMs ?? null, toMs ?? null, tenant ?? null])}`;
    const found = await (input.text === undefined ? kept(question, read) : read());
    const { answer } = store.coverageOf({ ...period, tenant }, head);
    const cut = { code: 'cut', text: `there are more than ${APPS_MAX}: give a part of the name` };
    const because = [...(found.length > APPS_MAX ? [cut] : []), ...reasonsOf(answer)];
    const items = found.slice(0, APPS_MAX);
    const count = items.length;
    return wholeList({
      items,
      view: items,
      conclude: () => listConclusion({ count, because }, notice),
    });
  },
};

/** All times that records state: from 1970 to 2100. */
const FIRST_MS = 0;
const END_MS = 4_102_444_800_000;

/** One more than the maximum means that there are more. */
export async function appsOf(
  store: Pick<StoreReader, 'overSummaries'>,
  query: PeriodMs & { readonly text?: string | undefined; readonly tenant?: string | undefined },
  max: number = APPS_MAX,
): Promise<readonly AppItem[]> {
  const { fromMs = FIRST_MS, toMs = END_MS, text, tenant } = query;
  const part = text?.trim().toLowerCase();
  const rows = await store.overSummaries({ fromMs, toMs }, (sourceOf) => {
    const matches =
      part === undefined ? 'true' : `contains(lower(name || ' ' || app), ${literal(part)})`;
    const within = tenant === undefined ? 'true' : `tenant = ${literal(tenant)}`;
    return `SELECT tenant, CASE app WHEN '' THEN name ELSE app END AS id,
        arg_max(nullif(name, ''), last), sum(events)::BIGINT, min(first), max(last) AS latest,
        bool_or(${matches}) AS is_match
      FROM ${sourceOf(APPS).from} WHERE ${within} GROUP BY 1, 2 HAVING is_match
      ORDER BY latest DESC, id LIMIT ${max + 1}`;
  });
  return rows.map(([of, id, name, events, first, last]) => ({
    ...{ tenant: String(of), id: String(id), name: name === null ? null : String(name) },
    events: Number(events),
    first: instantOfMs(Number(first)) ?? '',
    last: instantOfMs(Number(last)) ?? '',
  }));
}
