import { idsNamed, instantOfMs } from '@countersign/core';
import { z } from 'zod';
import { referenceDigits, referenceOf } from '../../enforcement/decisions/decision-reference.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { listConclusion, reasonsOf } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, type Rows, wholeList } from '../definition/operation.ts';
import { timeSchema } from '../definition/output-schemas.ts';
import { needIndex, type Sources } from '../readers/readers.ts';
import { appsOf } from './list-apps.ts';
import { principalsOf, recentActors } from './list-people.ts';

const KINDS = [
  'person',
  'app',
  'address',
  'session',
  'entry',
  'decision',
  'pass',
  'finding',
] as const;

/** Something that a text may mean. */
export type SearchResult = {
  readonly kind: (typeof KINDS)[number];
  /** The text that the operation of its kind accepts. */
  readonly id: string;
  /** Of a person or an application. */
  readonly principal: { readonly kind: string; readonly name: string } | null;
  readonly title: string;
  readonly tenant: string | null;
  readonly events: number | null;
  readonly last: string | null;
};

export const search: ListOperation<{ readonly text: string }, SearchResult, Rows<SearchResult>> = {
  name: 'search',
  summary: 'find people, applications, addresses, sessions, entries, decisions, passes, findings',
  description:
    'Finds what a text may mean, over the whole range of the ledger: a part of a name, or an ' +
    'address, a session, an index or an id. An empty list means "none" only if the records ' +
    'are complete.',
  scope: 'events:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    text: field(
      z.string().trim().min(2, 'give at least two characters').max(200),
      'a name, an address, a session, an id, or an index such as #3370',
      { value: 'text' },
    ),
  }),
  output: z.strictObject({
    kind: z.enum(KINDS),
    id: z.string().min(1),
    principal: z.strictObject({ kind: z.string(), name: z.string() }).nullable(),
    title: z.string(),
    tenant: z.string().nullable(),
    events: z.int().nullable(),
    last: timeSchema.nullable(),
  }),
  examples: [
    {
      summary: 'Find a person or an application by a part of the name',
      input: { text: 'castellan' },
      commandLine: 'search castellan',
      runsOn: 'sample',
    },
    {
      summary: 'What is known about one address?',
      input: { text: '192.0.2.118' },
      commandLine: 'search 192.0.2.118',
      runsOn: 'sample',
    },
  ],
  async run({ readers, clock, tenant, notice }, { text }) {
    const sources = await readers.sources();
    const { store, head } = sources;
    needIndex(head);
    const items = [
      ...ownEntries(sources, text, tenant),
      ...(await passes(store, text, { tenant, nowMs: clock.now() })),
      ...(await connections(store, text, tenant)),
      ...people(store, text, tenant),
      ...(await apps(store, text, tenant)),
    ];
    const because = reasonsOf(store.coverageOf({ tenant }, head).answer);
    const count = items.length;
    return wholeList({
      items,
      view: items,
      conclude: () => listConclusion({ count, because }, notice),
    });
  },
};

/** A pass by its whole id, and the pass that a decision opened. */
async function passes(
  store: StoreReader,
  text: string,
  { tenant, nowMs }: { readonly tenant: string | undefined; readonly nowMs: number },
): Promise<SearchResult[]> {
  if (!GUID.test(text)) return [];
  const { knownPasses } = await import('../../enforcement/passes/pass-ledger.ts');
  const id = text.toLowerCase();
  const found = [
    ...knownPasses(store.access, nowMs, { pass: id }),
    ...knownPasses(store.access, nowMs, { decisions: [id] }),
  ];
  return found
    .filter((pass) => tenant === undefined || pass.tenant === tenant)
    .map((pass) => ({
      ...NONE,
      ...{ kind: 'pass' as const, id: pass.id, tenant: pass.tenant },
      ...{ title: `Pass, ${pass.state}`, last: instantOfMs(pass.openedMs) ?? null },
      principal: { kind: pass.principal.type, name: pass.principal.id },
    }));
}

/** Results of one kind. A longer text finds fewer. */
const RESULTS_MAX = 25;

const NONE = { principal: null, tenant: null, events: null, last: null } as const;

function people(store: StoreReader, text: string, tenant: string | undefined): SearchResult[] {
  const rows = recentActors(store, { text, tenant }, RESULTS_MAX);
  return [...principalsOf(store, rows, RESULTS_MAX).items].map((item) => ({
    ...{ kind: 'person', id: item.who, tenant: item.tenant, events: null, last: item.last },
    principal: { kind: item.kind, name: item.principal.name ?? item.who },
    title: item.kind === 'user' ? 'Person' : 'Application or service',
  }));
}

async function apps(
  store: StoreReader,
  text: string,
  tenant: string | undefined,
): Promise<SearchResult[]> {
  const found = await appsOf(
    store,
    { fromMs: undefined, toMs: undefined, text, tenant },
    RESULTS_MAX,
  );
  return found.slice(0, RESULTS_MAX).map(({ id, name, tenant: of, events, last }) => ({
    ...{ kind: 'app', id, tenant: of, events, last, title: name ?? id, principal: null },
  }));
}

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+)$/i;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An address or a session: only a whole one, because a part would read every event. */
async function connections(
  store: StoreReader,
  text: string,
  tenant: string | undefined,
): Promise<SearchResult[]> {
  const kind = ADDRESS.test(text) ? 'address' : GUID.test(text) ? 'session' : undefined;
  if (kind === undefined) return [];
  const column = kind === 'address' ? 'ip' : 'session_uid';
  const [[count, last] = []] = await store.over(
    {},
    (source) => `SELECT count(*), epoch_ms(max("time")) FROM ${source}
      WHERE ${column} = $1 AND ($2 = '' OR ${store.tenantSql('tenant')} = $2)`,
    [text.toLowerCase(), tenant ?? ''],
  );
  if (Number(count) === 0) return [];
  const of = { events: Number(count), last: instantOfMs(Number(last)) ?? null };
  return [{ ...NONE, kind, id: text, title: text, ...of }];
}

/** Entries by index, decisions by reference or id, findings by id. */
function ownEntries(
  { store, ledger, head }: Sources,
  text: string,
  tenant: string | undefined,
): SearchResult[] {
  const [, digits] = /^#?(\d{1,15})$/.exec(text.replaceAll(',', '')) ?? [];
  const entries =
    digits !== undefined && Number(digits) < ledger.size
      ? [{ ...NONE, kind: 'entry' as const, id: digits, title: `Entry ${digits}` }]
      : [];
  const reference = referenceDigits(text) ?? (GUID.test(text) ? text.slice(-12) : undefined);
  const query = { reference: reference?.toLowerCase(), tenant, belowIndex: head.asOf.size };
  const decisions =
    reference === undefined ? [] : store.access.newestDecisions(query, undefined, RESULTS_MAX);
  const findings = /^[0-9a-f-]{4,36}$/i.test(text) ? store.findings.list({ tenant }) : [];
  const ids = new Set(
    idsNamed(
      text,
      findings.map(({ uid }) => uid),
    ),
  );
  return [
    ...entries,
    ...decisions.map((row) => ({
      ...NONE,
      ...{ kind: 'decision' as const, id: row.id, tenant: row.tenant },
      ...{ title: `${row.effect}: ${referenceOf(row.id)}`, last: instantOfMs(row.atMs) ?? null },
      principal: { kind: row.principalType, name: row.principal },
    })),
    ...findings
      .filter(({ uid }) => ids.has(uid))
      .slice(0, RESULTS_MAX)
      .map(({ uid, draft }) => ({
        ...NONE,
        ...{ kind: 'finding' as const, id: uid, title: draft.title, tenant: draft.tenant },
        last: instantOfMs(draft.lastMs) ?? null,
      })),
  ];
}
