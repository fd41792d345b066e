import { RIGHT_PASSWORD } from '@countersign/ocsf';
import type { SummaryTable } from './summary-table.ts';

/**
 * The kind of a password attempt. Only a wrong password is a guess (contracts 5.3); an unknown
 * name, an expired token or a missing consent is not. `right`: the password was right, and another
 * requirement failed.
 */
export type AttemptKind = 'guess' | 'right' | 'success';

const GUESSES = ['50126', '50053', '50064'];

/** SQL of a person as sign-ins name them. Unique over all tenants. */
export const PERSON_SQL = 'tenant || coalesce(actor_uid, actor_name)';

const quoted = (codes: readonly string[]): string => codes.map((code) => `'${code}'`).join(', ');

/** SQL of an attempt's kind. */
export const KIND_SQL: string = `CASE WHEN status_code IN (${quoted(GUESSES)}) THEN 'guess'
  WHEN status_code IN (${quoted(RIGHT_PASSWORD)}) THEN 'right'
  WHEN status_id = 1 THEN 'success' ELSE 'other' END`;

/** SQL condition of sign-ins by people and applications from a known address. */
const SIGN_IN_SQL = `class_uid = 3002 AND actor_type <> 4 AND ip IS NOT NULL
  AND coalesce(actor_uid, actor_name) IS NOT NULL`;

/** The network of an address: 256 IPv4 addresses, or an IPv6 customer's prefix. */
const NET = `regexp_replace(ip, '(\\.[0-9]+|(:[0-9a-f]*){1,4})$', '')`;
const WIDE = `regexp_extract(ip, '^([0-9]+\\.[0-9]+|[0-9a-f]*:[0-9a-f]*)')`;

// The hash of NULL would be a number.
const hashed = (of: string): string => `CASE WHEN ${of} IS NOT NULL THEN hash(${of}) END AS ${of}`;

/**
 * A row per sign-in with hashes in the place of texts, sorted by person: joins and groups of
 * millions of sign-ins are ten times as fast. With 64 bits, a company of a million people has two
 * equal hashes in one of ten thousand runs.
 *
 * The person and the address have cryptographic hashes, because DuckDB's `hash` can be inverted.
 * Among the 2^64 addresses of one network, an intruder finds one with the hash of a company's
 * address in a minute. Guesses from there would then seem to come from the company. A name with the
 * hash of a victim's name takes seconds. If a guest of that name signs in from the intruder's
 * address, the address would be familiar for guesses at the victim.
 *
 * The other texts need no such hash. An intruder can send the text of a known client itself, owns
 * too few networks to choose one, and does not choose the ids of applications.
 *
 * `u`: the person. `net`, `wide`: networks of the address. `asked`: not a silent renewal.
 */
export const SIGN_INS: SummaryTable = {
  name: 'sign-ins',
  sql: (
    events,
  ) => `SELECT "index", tenant, epoch_ms("time") AS t, md5_number_lower(${PERSON_SQL}) AS u,
      md5_number_lower(ip) AS ip, hash(${NET}) AS net, hash(${WIDE}) AS wide,
      hash(coalesce(country, '')) AS country, ${hashed('user_agent')}, ${hashed('app_uid')},
      is_mfa, ${KIND_SQL} AS kind,
      (sign_in_type IS NULL OR sign_in_type = 'interactiveUser' OR status_id <> 1) AS asked
    FROM ${events} WHERE ${SIGN_IN_SQL}`,
  order: 'u, t',
};
