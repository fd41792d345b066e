import type { Identities } from '../../store/identity/identities.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { sqlList } from '../detectors/windows/event-query.ts';
import {
  ACCOUNTS_OWN_MAX,
  ADMINISTERS_MAX,
  KNOWN_PLACE_MS,
  SHARED_BY_MAX,
  SUSPECT_SEVERITY_MIN,
} from './limits.ts';
import { CAMPAIGN, type NamedParties, namedBy, type PersonOf, type Surroundings } from './ties.ts';

type Store = Pick<StoreReader, 'identities' | 'over'>;

/**
 * Looks up the people behind findings, and which entities many people share.
 *
 * People in a serious finding do not count: an address from which an intruder came as ten people is
 * the intruder's.
 */
export async function surroundingsOf(
  store: Store,
  findings: readonly StoredFinding[],
): Promise<Surroundings> {
  const identities = store.identities();
  const personOf: PersonOf = (key, tenant, atMs) => identities.keyOf(key, tenant, atMs);
  const named = findings.map((finding) => namedBy(finding, personOf));
  const all = (read: (one: NamedParties) => readonly string[]): Set<string> =>
    new Set(named.flatMap(read));
  const suspects = findings.filter(({ draft }) => draft.severity >= SUSPECT_SEVERITY_MIN);
  const first = firstNaming(suspects, personOf);
  const others = othersThan(new Set(first.keys()), identities);
  const addresses = all((one) => one.addresses);
  const shared = await crowded(store, 'ip', addresses, others);
  for (const ip of shared) addresses.delete(ip);
  const places = await placesIn(store, addresses, { personOf, first });
  const homes = await homesAmong(store, guessedFrom(suspects, personOf));
  const apps = await crowded(
    store,
    'lower(app_uid)',
    all((one) => one.apps),
    others,
  );
  const administrators = await administratorsIn(store, others);
  return {
    personOf,
    common: new Set([...shared, ...places, ...homes, ...apps]),
    administrators: new Set(
      administrators.map(({ key, tenant, atMs }) => personOf(key, tenant, atMs)),
    ),
  };
}

/** SQL: neither the key nor the name in a row belongs to one of these people. */
type OthersThan = (column: { readonly key: string; readonly name: string }) => string;

function othersThan(people: ReadonlySet<string>, identities: Identities): OthersThan {
  const keys = sqlList(people);
  const names = sqlList(new Set([...people].flatMap((person) => identities.namesOf(person))));
  // NULL in an IN list makes each comparison unknown, and would exclude every row.
  return ({ key, name }) =>
    `coalesce(${key} NOT IN (${keys}), true) AND coalesce(lower(${name}) NOT IN (${names}), true)`;
}

/** The values of a column that many other people share. */
async function crowded(
  store: Store,
  column: string,
  values: ReadonlySet<string>,
  others: OthersThan,
): Promise<string[]> {
  if (values.size === 0) return [];
  const who = 'lower(coalesce(actor_name, actor))';
  const rows = await store.over(
    {},
    (source) => `SELECT ${column} FROM ${source}
      WHERE ${column} IN (${sqlList(values)}) AND status_id <> 2
        AND ${others({ key: 'actor', name: 'actor_name' })}
      GROUP BY 1 HAVING count(DISTINCT ${who}) > ${SHARED_BY_MAX}`,
  );
  return rows.map(([value]) => String(value));
}

/** When a serious finding first names each person. */
function firstNaming(suspects: readonly StoredFinding[], personOf: PersonOf): Map<string, number> {
  const first = new Map<string, number>();
  for (const suspect of suspects) {
    const { rule, firstMs, lastMs } = suspect.draft;
    // A campaign names accounts that it took over, and begins before that.
    const atMs = rule === CAMPAIGN ? lastMs : firstMs;
    for (const person of namedBy(suspect, personOf).people) {
      first.set(person, Math.min(atMs, first.get(person) ?? Number.POSITIVE_INFINITY));
    }
  }
  return first;
}

/** Addresses where people worked long before a finding named them: office or home. */
async function placesIn(
  store: Store,
  addresses: ReadonlySet<string>,
  { personOf, first }: { readonly personOf: PersonOf; readonly first: ReadonlyMap<string, number> },
): Promise<string[]> {
  if (addresses.size === 0) return [];
  const rows = await store.over(
    {},
    (source) => `SELECT ip, actor, tenant, min(epoch_ms("time")), max(epoch_ms("time"))
      FROM ${source} WHERE ip IN (${sqlList(addresses)}) AND status_id <> 2 AND actor IS NOT NULL
      GROUP BY 1, 2, 3`,
  );
  return rows.flatMap(([ip, actor, tenant, sinceMs, lastMs]) => {
    const person = personOf(String(actor), String(tenant), Number(sinceMs));
    const namedMs = first.get(person) ?? Number(lastMs);
    return Number(sinceMs) < namedMs - KNOWN_PLACE_MS ? [String(ip)] : [];
  });
}

/** Addresses that campaigns guess from, and that no other serious finding names. */
function guessedFrom(suspects: readonly StoredFinding[], personOf: PersonOf): Set<string> {
  const namedByAny = (isCampaign: boolean): Set<string> => {
    const own = suspects.filter(({ draft }) => (draft.rule === CAMPAIGN) === isCampaign);
    return new Set(own.flatMap((suspect) => namedBy(suspect, personOf).addresses));
  };
  const others = namedByAny(false);
  return new Set([...namedByAny(true)].filter((ip) => !others.has(ip)));
}

/**
 * Addresses of people who mistyped at home during a campaign, so that their attempts look like
 * guesses. An address is a person's own if no other person tried to sign in from it, and a sign-in
 * succeeded there before the first failure. A guesser fails first, or tries other people too.
 */
async function homesAmong(store: Store, addresses: ReadonlySet<string>): Promise<string[]> {
  if (addresses.size === 0) return [];
  const rows = await store.over(
    {},
    (source) => `SELECT ip FROM ${source}
      WHERE ip IN (${sqlList(addresses)}) AND class_uid = 3002
      GROUP BY ip HAVING count(DISTINCT lower(coalesce(actor_name, actor))) = 1
        AND min("time") FILTER (status_id = 1) < min("time") FILTER (status_id = 2)`,
  );
  return rows.map(([ip]) => String(ip));
}

type Administrator = { readonly key: string; readonly tenant: string; readonly atMs: number };

/** Changes of settings, permissions and groups (OCSF classes). People also change their own. */
const CHANGES = '3004, 3005, 3006';

/** People and programs that change other accounts, or what many others own. */
async function administratorsIn(store: Store, others: OthersThan): Promise<Administrator[]> {
  const isOther = others({ key: 'target_uid', name: 'target_name' });
  const rows = await store.over(
    {},
    (source) => `SELECT actor, tenant, max(epoch_ms("time")) FROM ${source}
      WHERE class_uid IN (3001, ${CHANGES}) AND actor IS NOT NULL AND actor_type <> 3
        AND contains(target_name, '@') AND status_id <> 2
        AND lower(target_name) IS DISTINCT FROM lower(actor_name)
      GROUP BY actor, tenant
      HAVING count(DISTINCT lower(target_name)) FILTER (class_uid = 3001) > ${ACCOUNTS_OWN_MAX}
        OR count(DISTINCT lower(target_name)) FILTER (class_uid <> 3001 AND ${isOther})
          > ${ADMINISTERS_MAX}`,
  );
  return rows.map(([key, tenant, atMs]) => ({
    ...{ key: String(key), tenant: String(tenant), atMs: Number(atMs) },
  }));
}
