import { instantOfMs, type Reason } from '@countersign/core';
import { z } from 'zod';
import type { AppAccount } from '../../reports/app-account.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { coverageConclusion, firstDoubt, unknown, YES } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import { type DocumentOperation, documentResult } from '../definition/operation.ts';
import { timeSchema } from '../definition/output-schemas.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { needWholeIndex, type Sources } from '../readers/readers.ts';
import { type AppItem, appsOf } from './list-apps.ts';

type AppInput = PeriodInput & { readonly app: string };

/** What an application did, by operation; and what it read. */
export type AppActivity = {
  readonly operation: string | null;
  readonly workload: string | null;
  readonly events: number;
  readonly items: number;
  readonly first: string;
  readonly last: string;
};

export type ShownApp = AppItem & {
  readonly activity: readonly AppActivity[];
  /** Distinct people and mailboxes in its events. */
  readonly people: number;
  readonly mailboxes: number;
  readonly addresses: readonly { readonly address: string; readonly events: number }[];
  /** Null: the directory was not collected, or does not list it. */
  readonly directory: AppAccount | null;
};

const text = z.string().nullable();
const entry = z.int().min(0);

export const showApp: DocumentOperation<AppInput, ShownApp> = {
  name: 'apps show',
  summary: 'one application: permissions, consents, credentials, owners, and what it did',
  description:
    'Shows what the collected directory states about an application, and what records state ' +
    'about its activity in a period. Without a collected directory, the answer is "cannot tell".',
  scope: 'events:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    app: field(z.string().min(1), 'id or name of the application', { value: 'app' }),
    ...PERIOD_FIELDS,
  }),
  output: z.strictObject({
    ...{ tenant: z.string(), id: z.string().min(1), name: text, events: z.int() },
    ...{ first: timeSchema, last: timeSchema, people: z.int(), mailboxes: z.int() },
    activity: z.array(
      z.strictObject({
        ...{ operation: text, workload: text, events: z.int(), items: z.number() },
        ...{ first: timeSchema, last: timeSchema },
      }),
    ),
    addresses: z.array(z.strictObject({ address: z.string(), events: z.int() })),
    directory: z
      .strictObject({
        ...{ servicePrincipal: text, publisher: text, enabled: z.boolean().nullable() },
        permissions: z.array(
          z.strictObject({ resource: z.string(), permission: z.string(), entry }),
        ),
        consents: z.array(
          z.strictObject({
            ...{ resource: z.string(), scopes: z.array(z.string()), entry },
            ...{ people: z.enum(['all', 'one']), principal: text },
          }),
        ),
        credentials: z.array(
          z.strictObject({
            ...{ kind: z.enum(['secret', 'certificate']), id: z.string(), name: text, entry },
            ...{ from: text, until: text },
          }),
        ),
        owners: z.array(z.string()).nullable(),
      })
      .nullable(),
  }),
  examples: [
    {
      summary: 'What may one application do, and what did it do?',
      input: { app: 'Office365 Shell WCSS-Client' },
      commandLine: 'apps show "Office365 Shell WCSS-Client"',
      needs: 'files',
    },
  ],
  async run({ readers, tenant }, input) {
    const sources = await readers.sources();
    const { store, head } = sources;
    const period = { ...periodOf(input), tenant };
    const asked = input.app.trim().toLowerCase();
    const known = await appsOf(store, { ...period, text: asked });
    const found = known.filter(({ id, name }) =>
      [id, name].some((of) => of?.toLowerCase() === asked),
    );
    const [app, ...others] = found;
    if (app === undefined) {
      needWholeIndex(head);
      throw invalidInput(
        `no record of the period names the application "${input.app.slice(0, 80)}"`,
      );
    }
    if (others.length > 0) {
      const ids = found.map(({ id, tenant: of }) => `${id} in tenant ${of}`).join(', ');
      throw invalidInput(`several applications have this name: give an id of ${ids}`);
    }
    const directory = await directoryOf(sources, app);
    const { answer } = store.coverageOf(period, head);
    const shown = { ...app, ...(await activityOf(store, app, period)) };
    return documentResult(
      { ...shown, directory: directory.kind === 'known' ? directory.account : null },
      firstDoubt(
        directory.kind === 'known' ? YES : unknown(directory.because.text),
        coverageConclusion(answer),
      ),
    );
  },
};

type DirectoryResult =
  | { readonly kind: 'known'; readonly account: AppAccount }
  | { readonly kind: 'unknown'; readonly because: Reason };

async function directoryOf({ store, ledger }: Sources, app: AppItem): Promise<DirectoryResult> {
  const { collectedApps } = await import('../../reconcile/directory-drift/collected-app.ts');
  const { appAccount } = await import('../../reports/app-account.ts');
  const listings = await collectedApps(store, ledger);
  if (listings === undefined) {
    const text = 'the directory has more entries than one question reads';
    return { kind: 'unknown', because: { code: 'directory-too-large', text } };
  }
  const account = appAccount(listings, app.tenant, app.id);
  if (account !== undefined) return { kind: 'known', account };
  const text = `the collected directory of tenant ${app.tenant} does not list this application`;
  return { kind: 'unknown', because: { code: 'directory-without-app', text } };
}

/** Operations and addresses that a page shows. */
const GROUPS_MAX = 50;

async function activityOf(
  store: StoreReader,
  { tenant, id }: AppItem,
  { fromMs, toMs }: { readonly fromMs: number | undefined; readonly toMs: number | undefined },
): Promise<Pick<ShownApp, 'activity' | 'addresses' | 'people' | 'mailboxes'>> {
  const own = `(lower(app_uid) = $1 OR (app_uid IS NULL AND app_name = $1)) AND
    ${store.tenantSql('tenant')} = $2 AND epoch_ms("time") >= $3 AND epoch_ms("time") < $4`;
  const values = [id, tenant, BigInt(fromMs ?? 0), BigInt(toMs ?? END_MS)];
  const ask = (sqlOf: (source: string) => string) => store.over({ fromMs, toMs }, sqlOf, values);
  const rows = await ask(
    (source) => `SELECT operation, workload, count(*), sum(item_count), epoch_ms(min("time")),
        epoch_ms(max("time")) FROM ${source} WHERE ${own}
      GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT ${GROUPS_MAX}`,
  );
  const [[people, mailboxes] = []] = await ask(
    (source) => `SELECT count(DISTINCT actor) FILTER (actor_type NOT IN (3, 4)),
        count(DISTINCT mailbox) FROM ${source} WHERE ${own}`,
  );
  const addresses = await ask(
    (source) => `SELECT ip, count(*) FROM ${source} WHERE ${own} AND ip IS NOT NULL
      GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${GROUPS_MAX}`,
  );
  const nameOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    activity: rows.map(([operation, workload, events, items, first, last]) => ({
      ...{ operation: nameOf(operation), workload: nameOf(workload), events: Number(events) },
      ...{ items: Number(items), first: instantOfMs(Number(first)) ?? '' },
      last: instantOfMs(Number(last)) ?? '',
    })),
    ...{ people: Number(people), mailboxes: Number(mailboxes) },
    addresses: addresses.map(([ip, count]) => ({ address: String(ip), events: Number(count) })),
  };
}

/** The year 2100. */
const END_MS = 4_102_444_800_000;
