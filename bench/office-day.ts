import { COLUMNS } from '../apps/countersign/src/store/parquet/event-columns.ts';

export const DAY_MS = 86_400_000;
/** A Monday. */
export const START_MS: number = Date.UTC(2026, 1, 2);
export const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';

const BROWSER_APP = '4765445b-32c6-49b0-83e6-1d93765276ca';
const MAIL_APP = 'd3590ed6-52b3-4102-aeff-aad2292ab01c';
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** On this day, this many attacked accounts are compromised. */
const HIT_DAY = 25;
const HITS = 20;
/** People of one office, behind two addresses. */
const OFFICE_PEOPLE = 500;
/** More than the rows of one kind that a person has in a day. */
const SLOTS = 8;

export type OfficeDay = {
  readonly people: number;
  readonly day: number;
  /** The rows of a day have indices from here on, in no order: people act at the same time. */
  readonly fromIndex: number;
};

/** The rows of one OCSF class. */
export type DayPart = { readonly classUid: number; readonly sql: string };

/** The number of ledger indices that a day reserves. */
export function indicesOfDay(people: number): number {
  return KINDS.length * indicesOfKind(people);
}

/** A power of two, so that a product with an odd number gives each row another index. */
function indicesOfKind(people: number): number {
  return 2 ** Math.ceil(Math.log2(people * SLOTS));
}

/**
 * SQL of one day of a company of any size as rows in the store, in the order of compacted files.
 *
 * Everything is invented. A person at work signs in once and renews a token, reads mail, downloads
 * files, and receives a message: six rows. 4 % mistype their password first, and 1 % fail the
 * second factor. 55 % are at their office, whose 500 people share two addresses, 38 % at home, and
 * 7 % on the phone, which has another address each time. One person in fifty is attacked once a
 * week, each time from another address.
 */
export function officeDay(of: OfficeDay): DayPart[] {
  return KINDS.map(({ classUid, rows, order }, at) => {
    const size = indicesOfKind(of.people);
    const index = `${of.fromIndex + at * size} + ((p * ${SLOTS} + slot) * 2654435761) % ${size}`;
    const time = `make_timestamp_ms(t::BIGINT) AT TIME ZONE 'UTC'`;
    const { from, columns } = rows(of);
    const known: Readonly<Record<string, string>> = {
      ...{ index, entries: `[${index}]`, action: `'=' || (${index})`, time, seen: time },
      ...{ tenant: text(TENANT), class_uid: String(classUid), erased: 'false', status_id: '1' },
      ...{ severity_id: '1', actor_type: '1', item_count: '1', is_throttled: 'false' },
      ...columns,
    };
    const all = COLUMNS.map(
      ({ name, type }) => `CAST(${known[name] ?? 'NULL'} AS ${type}) AS "${name}"`,
    );
    return {
      classUid,
      sql: `SELECT ${all.join(', ')} FROM (SELECT * FROM (${from}) ORDER BY ${order})`,
    };
  });
}

/** Rows with `p` (the person), `slot` and `t` (milliseconds), and the columns that have a value. */
type Rows = { readonly from: string; readonly columns: Readonly<Record<string, string>> };

function signIns({ people, day }: OfficeDay): Rows {
  const isAttack = 'slot >= 4';
  const agent = agentSql(day);
  const own = (value: string, attacker: string): string =>
    `CASE WHEN ${isAttack} THEN ${attacker} ELSE ${value} END`;
  const [tool, wrong] = [text('python-requests/2.32'), text('50126')];
  return {
    from: `SELECT p, slot, place, CASE slot WHEN 0 THEN start
        WHEN 1 THEN start + ${70 * MINUTE_MS} WHEN 2 THEN start - ${MINUTE_MS}
        WHEN 3 THEN start - ${MINUTE_MS / 2} ELSE ${timeSql(day, 20)} END AS t
      FROM (SELECT p, ${draw(day, 1)} AS place, ${timeSql(day, 2)} AS start
        FROM ${atWorkSql(people, day)}), range(6) AS slots (slot)
      WHERE CASE slot WHEN 2 THEN ${draw(day, 3)} < 0.04 WHEN 3 THEN ${draw(day, 4)} < 0.01
        WHEN 4 THEN p % 50 = 0 AND ${day} % 7 = (p // 50) % 5
        WHEN 5 THEN ${day} = ${HIT_DAY} AND p % ${Math.ceil(people / HITS)} = 0 ELSE true END`,
    columns: {
      ...WHO,
      source: text('graph/signIns'),
      activity_id: '1',
      status_id: 'CASE WHEN slot IN (2, 3, 4) THEN 2 ELSE 1 END',
      status_code: `CASE slot WHEN 2 THEN ${wrong} WHEN 3 THEN '50074' WHEN 4 THEN ${wrong}
        ELSE '0' END`,
      ip: own(addressSql(day), addressFrom(45, day, 21)),
      country: own(countrySql(day), `if(slot = 4 AND ${draw(day, 22)} < 0.3, 'DE', 'US')`),
      user_agent: own(agent, `if(slot = 4 AND ${draw(day, 23)} < 0.3, ${agent}, ${tool})`),
      app_uid: `if(slot = 1, ${text(MAIL_APP)}, ${text(BROWSER_APP)})`,
      device_uid: guid(7, 'p'),
      session_uid: sessionSql(day),
      sign_in_type: `if(slot = 1, 'nonInteractiveUser', 'interactiveUser')`,
      is_mfa: `CASE slot WHEN 0 THEN (${draw(day, 5)} < 0.3)::INTEGER WHEN 5 THEN 0 END`,
    },
  };
}

function activities({ people, day }: OfficeDay): Rows {
  const isMail = 'slot = 0';
  return {
    from: `SELECT p, slot, ${draw(day, 6)} AS place,
        if(${isMail}, ${timeSql(day, 7)}, ${timeSql(day, 8)}) AS t
      FROM ${atWorkSql(people, day)}, range(2) AS slots (slot)`,
    columns: {
      ...WHO,
      source: text('m365.activity/Audit.Exchange'),
      activity_id: '0',
      operation: `if(${isMail}, 'MailItemsAccessed', 'FileDownloaded')`,
      workload: `if(${isMail}, 'Exchange', 'SharePoint')`,
      ip: addressSql(day),
      country: countrySql(day),
      app_uid: `if(${isMail}, ${text(MAIL_APP)}, ${text(BROWSER_APP)})`,
      session_uid: sessionSql(day),
      mailbox: `if(${isMail}, ${NAME}, NULL)`,
      access_type: `if(${isMail}, 'Bind', NULL)`,
      object: `if(${isMail}, NULL, 'https://northmoor.example/' || p % 977 || '.docx')`,
      item_count: `1 + floor(if(${isMail}, ${draw(day, 9)}, ${draw(day, 10)}) ** 4 * 200)`,
    },
  };
}

/** A few firms write often, many rarely. Every tenth message has a link. */
function mail({ people, day }: OfficeDay): Rows {
  const firm = `'firm' || floor(${draw(day, 11)} ** 3 * 60000)::BIGINT || '.example'`;
  const writer = `'writer' || floor(${draw(day, 12)} * 9)::BIGINT`;
  return {
    from: `SELECT p, slot, ${timeSql(day, 13)} AS t
      FROM ${atWorkSql(people, day)}, range(2) AS slots (slot)
      WHERE slot = 0 OR ${draw(day, 14)} < 0.1`,
    columns: {
      source: `'azure-monitor/AdvancedHunting-' || if(slot = 0, 'EmailEvents', 'EmailUrlInfo')`,
      activity_id: '2 + slot',
      actor_type: '0',
      ip: addressFrom(51, day, 15),
      sender: `${writer} || '@' || ${firm}`,
      target_name: NAME,
      object: `if(slot = 0, NULL, 'https://' || ${firm} || '/offer')`,
    },
  };
}

type Kind = {
  readonly classUid: number;
  readonly rows: (of: OfficeDay) => Rows;
  /** Gives the order of compacted files, because the ids of people ascend. */
  readonly order: string;
};

const KINDS: readonly Kind[] = [
  { classUid: 3002, rows: signIns, order: 'p, t' },
  { classUid: 6001, rows: activities, order: 'p, t' },
  { classUid: 4009, rows: mail, order: 't' },
];

const NAME = `'person.of' || p || '@northmoor.example'`;
const WHO = { actor: guid(1, 'p'), actor_uid: guid(1, 'p'), actor_name: NAME };

function text(value: string): string {
  return `'${value}'`;
}

function guid(kind: number, number: string): string {
  return `('0000000${kind}-0000-4000-8000-' || lpad((${number})::VARCHAR, 12, '0'))`;
}

/** The hashes of several keys differ by a constant only, so each is hashed again. */
function bits(day: number, key: number): string {
  return `hash(hash(p, ${day}, ${key}))`;
}

/** A number in [0, 1) that depends on the person, the day and a key. */
function draw(day: number, key: number): string {
  return `((${bits(day, key)} >> 11)::DOUBLE / ${2 ** 53})`;
}

/** People who are at work on a day, as a FROM clause. */
function atWorkSql(people: number, day: number): string {
  return `(SELECT * FROM range(${people}) AS all_people (p)
    WHERE ${draw(day, 0)} < ${day % 7 >= 5 ? 0.05 : 0.95})`;
}

function timeSql(day: number, key: number): string {
  return `${START_MS + day * DAY_MS} + floor((7 + ${draw(day, key)} * 11) * ${HOUR_MS})::BIGINT`;
}

/** People sign in again each week. */
function sessionSql(day: number): string {
  return guid(8, `p * 64 + ${Math.floor(day / 7)}`);
}

/** Software is updated each week. */
function agentSql(day: number): string {
  return `'Mozilla/5.0 (' || ['Windows NT 10.0; Win64; x64) Chrome/144.0 Edg/144.0',
      'Windows NT 10.0; Win64; x64) Chrome/144.0', 'Macintosh; Intel Mac OS X 10_15_7) Safari/605.1'
    ][p % 3 + 1] || ' v' || (${day} + p % 11) // 7`;
}

function byte(sql: string, shift: number): string {
  return `((${sql}) >> ${shift}) % 256`;
}

/** `place` decides between the office, home and the phone. */
function addressSql(day: number): string {
  const office = `p // ${OFFICE_PEOPLE}`;
  return `CASE WHEN place < 0.55 THEN '81.' || ${byte(office, 8)} || '.' || ${byte(office, 0)}
      || '.' || 1 + p % 2
    WHEN place < 0.93 THEN '88.' || ${byte('p', 16)} || '.' || ${byte('p', 8)} || '.'
      || ${byte('p', 0)}
    ELSE ${addressFrom(172, day, 16)} END`;
}

function addressFrom(first: number, day: number, key: number): string {
  const bytes = [0, 8, 16].map((shift) => byte(bits(day, key), shift));
  return `'${first}.' || ${bytes.join(" || '.' || ")}`;
}

function countrySql(day: number): string {
  return `if(${draw(day, 17)} < 0.98, 'DE', 'FR')`;
}
