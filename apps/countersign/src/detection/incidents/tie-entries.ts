import type { Identities } from '../../store/identity/identities.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { Incident, Tie } from './incident.ts';
import type { Entity } from './ties.ts';

/** A tie in display form. */
export type ShownTie = Tie & {
  /** The name of the shared entity from records; otherwise its id. */
  readonly name: string;
  /** The first entry of each finding that mentions it. */
  readonly entries: readonly number[];
};

/** The ties of incidents, with the entries that show each. */
export async function shownTies(
  store: Pick<StoreReader, 'identities' | 'over'>,
  incidents: readonly Incident[],
): Promise<ReadonlyMap<Incident, readonly ShownTie[]>> {
  const identities = store.identities();
  const tied = incidents.filter(({ ties }) => ties.length > 0);
  const rows = await rowsOf(
    store,
    tied.flatMap(({ findings }) => findings),
  );
  return new Map(
    incidents.map((incident) => {
      const byUid = new Map(incident.findings.map((finding) => [finding.uid, finding]));
      const shown = incident.ties.map((tie): ShownTie => {
        const { by } = tie;
        const name = nameOf(by, identities);
        if (by.kind === 'entry' || by.kind === 'hit')
          return { ...tie, name, entries: [Number(by.id)] };
        const tells = tellsOf(by, identities);
        const first = tie.findings.flatMap((uid) => firstTelling(byUid.get(uid), rows, tells));
        return { ...tie, name, entries: [...new Set(first)].sort(up) };
      });
      return [incident, shown];
    }),
  );
}

/** The names and ids in an entry, in lower case. */
type Row = ReadonlySet<string>;

async function rowsOf(
  store: Pick<StoreReader, 'over'>,
  findings: readonly StoredFinding[],
): Promise<ReadonlyMap<number, Row>> {
  const entries = new Set(findings.flatMap(({ draft }) => draft.entries));
  if (entries.size === 0) return new Map();
  const fromMs = findings.reduce((least, { draft }) => Math.min(least, draft.firstMs), Infinity);
  const toMs = findings.reduce((most, { draft }) => Math.max(most, draft.lastMs), -Infinity) + 1;
  const found = await store.over(
    { fromMs, toMs },
    (source) => `SELECT entry, actor, actor_name, session_uid, app_uid, ip,
        target_uid, target_name, mailbox
      FROM (SELECT unnest(entries) AS entry, * FROM ${source})
      WHERE entry IN (${[...entries].join(', ')})`,
  );
  return new Map(
    found.map(([entry, ...texts]): [number, Row] => {
      const said = texts.filter((text) => typeof text === 'string');
      return [Number(entry), new Set(said.map((text) => text.toLowerCase()))];
    }),
  );
}

type Tells = (row: Row) => boolean;

function tellsOf({ kind, id }: Entity, identities: Identities): Tells {
  if (kind !== 'person') return (texts) => texts.has(id.toLowerCase());
  const names = [id, ...identities.namesOf(id)].map((name) => name.toLowerCase());
  return (texts) => names.some((name) => texts.has(name) || texts.has(`user:${name}`));
}

/** Falls back to the first entry if none is in the store anymore, or names it differently. */
function firstTelling(
  finding: StoredFinding | undefined,
  rows: ReadonlyMap<number, Row>,
  tells: Tells,
): readonly number[] {
  const entries = finding?.draft.entries ?? [];
  const first = entries.find((entry) => {
    const row = rows.get(entry);
    return row !== undefined && tells(row);
  });
  return first === undefined ? entries.slice(0, 1) : [first];
}

function nameOf({ kind, id }: Entity, identities: Identities): string {
  return kind === 'person' ? (identities.namesOf(id)[0] ?? id) : id;
}

function up(a: number, b: number): number {
  return a - b;
}
