import type { RunSql } from '../../../store/reading/current-rows.ts';
import { CAMPAIGN_GAP_MS, GUESS_LIKELY, RETRY_WITHIN_MS, SHARED_BY_MIN } from '../limits.ts';
import { isOfSql, type PersonPartition, partsFor, partsOf } from '../windows/person-partition.ts';
import { HITS_PER_GUESS } from './odds-model.ts';
import { AGENT } from './spray-features.ts';

/**
 * How much likelier a success is the campaign's than the person's own, if it resembles the
 * campaign's guesses: same address or carrier, same client, same account, nearly the same time.
 *
 * The campaign's side is a density over its guesses: hits happen where guesses do, once per
 * hundred. The person's side is how often this person signs in at this hour, from this address,
 * with this client, on other days. So a victim at the intruder's usual address still shows by time
 * and client. A forgetful person does not, because people who mistype sign in soon after.
 *
 * Only successes with a link to a guess are compared; in a large company they are few. People,
 * addresses and clients are hashes here, and all sums use integers.
 */

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const HOURS_TOGETHER_MS: number = 3 * HOUR_MS;

/** Weights of guesses, scaled to integers. */
const ONE = 1_000_000;

/** Time scales from seconds to the end of a campaign, at which nearness is measured. */
const SCALES_MS: readonly number[] = [10_000, 120_000, HOUR_MS, DAY_MS, CAMPAIGN_GAP_MS];

/** Some logs state whole seconds. Within one second the order is unknown. */
const CLOCK_GRAIN_MS = 1_000;

/** Pseudo-count of successes for a person with few known ones. */
const PRIOR = 2;

/** Pseudo-count of successes for a company with few known ones. */
const COMPANY_PRIOR = 20;

/** How often people use another client than their own: a new version, another computer. */
const OTHER_CLIENT = 0.1;

/** Browsers update, so a person's client is compared with this many days before and after. */
const CLIENT_DAYS = 7;

/** Number of a carrier's addresses that one line is likely to get. */
const CARRIER_ADDRESSES = 256;

/** Share of people who mistype and sign in soon after, and the median time. */
const MENDED = 0.85;
const MENDED_WITHIN_MS = 30_000;

/** A client with at most this share of the company's successes is rare. */
const RARE_CLIENT = 0.001;

type CampaignPeriod = { readonly tenant: number; readonly fromMs: number; readonly toMs: number };

/** Names of the SQL tables to compare. */
export type Resemblance = {
  readonly tries: string;
  readonly attempts: string;
  readonly odds: string;
  /** SQL of how much a success's second factor speaks for a guessed password. */
  readonly factor: string;
  readonly together: number;
};

/** Creates the table `resembling` ("index", odds) of successes that resemble a campaign. */
export async function makeResembling(
  ask: RunSql,
  of: Resemblance,
  siege: CampaignPeriod,
): Promise<void> {
  const make = (name: string, sql: string): Promise<unknown> =>
    ask(`CREATE OR REPLACE TEMP TABLE ${name} AS ${sql}`);
  const tenant = String(siege.tenant);
  const near = `tenant = ${tenant} AND t BETWEEN ${siege.fromMs - CAMPAIGN_GAP_MS}
    AND ${siege.toMs + CAMPAIGN_GAP_MS}`;
  await make('theirs', theirsSql(of.attempts, tenant, siege));
  const entered = `(SELECT * FROM ${of.tries} WHERE tenant = ${tenant} AND kind = 'success'
    AND asked)`;
  await make('agents', `SELECT ${AGENT} AS agent, count(*) AS n FROM ${entered} GROUP BY ALL`);
  await make(
    'hours',
    `SELECT ${bucketSql('t')} AS bucket, count(*) AS n FROM ${entered} GROUP BY 1`,
  );
  await make(
    'spots',
    `SELECT ip, count(*) AS n, approx_count_distinct(u) AS people FROM ${entered}
      WHERE ip IN (SELECT ip FROM theirs) GROUP BY ALL`,
  );
  await make('linked', linkedSql(of, near));
  const tempos = { own: await tempoOf(ask, 'PARTITION BY u'), any: await tempoOf(ask, '') };
  const [[days, people, linked] = []] = await ask(`
    SELECT (SELECT max(days) FROM warmth WHERE tenant = ${tenant}),
      (SELECT max(people) FROM warmth WHERE tenant = ${tenant}), (SELECT count(*) FROM linked)`);
  const company = { days: Number(days ?? 1), people: Math.max(1, Number(people ?? 1)) };
  await ask('CREATE OR REPLACE TEMP TABLE resembling ("index" BIGINT, odds DOUBLE)');
  for (const part of partsOf(partsFor(Number(linked), of.together))) {
    await make('compared', `SELECT * FROM linked WHERE ${isOfSql('u', part)}`);
    await make('habits', habitsSql(entered, part));
    await make('mistakes', mistakesSql(of.attempts, near));
    await make('density', densitySql(tempos));
    await ask(`INSERT INTO resembling ${oddsSql(of, tenant, company)}`);
  }
  const made = ['theirs', 'agents', 'hours', 'spots', 'linked', 'compared', 'habits', 'mistakes'];
  for (const name of [...made, 'density']) await ask(`DROP TABLE ${name}`);
}

/** SQL of the guesses that are likely the campaign's, without regard to what followed each. */
function theirsSql(attempts: string, tenant: string, { fromMs, toMs }: CampaignPeriod): string {
  return `SELECT t, u, ip, wide, agent,
      round(open * ${ONE})::BIGINT AS w
    FROM (SELECT * FROM ${attempts} WHERE tenant = ${tenant} AND kind = 'guess'
      AND open >= ${GUESS_LIKELY} AND t BETWEEN ${fromMs - HOUR_MS} AND ${toMs + HOUR_MS})`;
}

/**
 * SQL of possible hits with a link to a guess: the account, address or carrier within the hour, an
 * address that is not the company's, or a rare client.
 */
function linkedSql({ tries, attempts }: Resemblance, near: string): string {
  const hour = `t // ${HOUR_MS}`;
  const around = (key: string): string =>
    `(SELECT ${key}, ${hour} + unnest([-1, 0, 1]) FROM theirs)`;
  const columns = `"index", t, u, ip, wide, agent, is_mfa`;
  return `
    SELECT ${columns} FROM (
      SELECT * FROM (SELECT *, ${AGENT} AS agent FROM ${tries}
        WHERE ${near} AND kind = 'success' AND asked)
      WHERE (u, ${hour}) IN ${around('u')} OR (ip, ${hour}) IN ${around('ip')}
        OR ip IN (SELECT ip FROM theirs ANTI JOIN
          (SELECT ip FROM spots WHERE people >= ${SHARED_BY_MIN}) USING (ip))
        OR agent IN (SELECT agent FROM theirs LEFT JOIN agents USING (agent)
          WHERE coalesce(n, 0) <= ${SHARED_BY_MIN}
            OR n <= ${RARE_CLIENT} * (SELECT sum(n) FROM agents)))
    UNION
    SELECT ${columns} FROM (
      SELECT * FROM ${attempts} WHERE ${near} AND (kind = 'success'
        OR (kind = 'right' AND ending = 'left')))
    WHERE (wide, ${hour}) IN ${around('wide')} OR (kind = 'right' AND (
      (u, ${hour}) IN ${around('u')} OR ip IN (SELECT ip FROM theirs)))`;
}

/** SQL of the hours of the day that form one trait. */
function bucketSql(t: string): string {
  return `(${t} % ${DAY_MS}) // ${HOURS_TOGETHER_MS}`;
}

/** SQL of people's habits on days other than `compared`: how often, where, with what, when. */
function habitsSql(entered: string, part: PersonPartition): string {
  const own = `u IN (SELECT u FROM compared) AND ${isOfSql('u', part)}`;
  const lately = `abs(d.day - a.day) <= ${CLIENT_DAYS}`;
  return `
    WITH done AS (
      SELECT u, t // ${DAY_MS} AS day, ip, wide, agent,
        ${bucketSql('t')} AS bucket, count(*) AS n
      FROM (SELECT *, ${AGENT} AS agent FROM ${entered} WHERE ${own}) GROUP BY ALL
    ),
    asked AS (
      SELECT DISTINCT u, t // ${DAY_MS} AS day, ip, wide, agent, ${bucketSql('t')} AS bucket
      FROM compared
    )
    SELECT a.*, coalesce(sum(n), 0)::BIGINT AS n,
      coalesce(sum(n) FILTER (d.ip = a.ip), 0)::BIGINT AS n_ip,
      coalesce(sum(n) FILTER (d.wide = a.wide), 0)::BIGINT AS n_wide,
      coalesce(sum(n) FILTER (${lately}), 0)::BIGINT AS n_lately,
      coalesce(sum(n) FILTER (d.agent = a.agent AND ${lately}), 0)::BIGINT AS n_agent,
      coalesce(sum(n) FILTER (d.bucket = a.bucket), 0)::BIGINT AS n_bucket
    FROM asked AS a LEFT JOIN done AS d ON d.u = a.u AND d.day <> a.day
    GROUP BY ALL`;
}

/** SQL of each person's last wrong password before `compared`, from the same address. */
function mistakesSql(attempts: string, near: string): string {
  return `SELECT s."index", g.open, s.t - g.t AS after FROM compared AS s ASOF JOIN (
      SELECT u, ip, t, max(open) AS open FROM ${attempts}
      WHERE ${near} AND kind = 'guess' GROUP BY ALL) AS g
    ON g.u = s.u AND g.ip = s.ip AND g.t <= s.t WHERE s.t - g.t <= ${RETRY_WITHIN_MS}`;
}

/** What a success shares with guesses: the account, the degree of the location, the client. */
type Common = {
  readonly isOwn: boolean;
  readonly where: 'ip' | 'wide' | 'none';
  readonly isClient: boolean;
};

/** If only the time is shared, features alone rank the success. */
const COMMONS: readonly Common[] = [true, false].flatMap((isOwn) =>
  (['ip', 'wide', 'none'] as const).flatMap((where) =>
    [true, false].flatMap((isClient): Common[] =>
      isOwn || where !== 'none' || isClient ? [{ isOwn, where, isClient }] : [],
    ),
  ),
);

const nameOf = (at: number): string => `c${at}`;

type Tempo = readonly number[];

/** How many of the campaign's guesses follow the previous one within each of {@link SCALES_MS}. */
async function tempoOf(ask: RunSql, partition: string): Promise<Tempo> {
  const [row = []] = await ask(`
    SELECT count(gap), ${SCALES_MS.map((ms) => `count(*) FILTER (gap <= ${ms})`).join(', ')}
    FROM (SELECT t - lag(t) OVER (${partition} ORDER BY t) AS gap FROM theirs)`);
  const [all = 0, ...within] = row.map(Number);
  return within.map((count, at) => {
    return (count - (within[at - 1] ?? 0) + 1) / (all + SCALES_MS.length);
  });
}

/** SQL of the guesses per millisecond around each of `compared`, by what they share. */
function densitySql(tempos: { readonly own: Tempo; readonly any: Tempo }): string {
  const columns = COMMONS.map(({ isOwn, where, isClient }, at) => {
    const keys = [...(isOwn ? ['u'] : []), ...(where === 'none' ? [] : [where])];
    const by = [...keys, ...(isClient ? ['agent'] : [])].join(', ');
    // Guessing ends after a hit, so on the same account a hit follows the guesses.
    const tempo = isOwn ? tempos.own : tempos.any;
    const scales = SCALES_MS.map((ms, scale) => {
      const after = isOwn ? CLOCK_GRAIN_MS : ms;
      const share = (tempo[scale] as number) / (ONE * (ms + after));
      return `${share.toExponential()} * coalesce(sum(w) OVER (PARTITION BY ${by} ORDER BY t
        RANGE BETWEEN ${ms} PRECEDING AND ${after} FOLLOWING), 0)`;
    });
    return `${scales.join(' + ')} AS ${nameOf(at)}`;
  });
  return `SELECT * FROM (
      SELECT "index", ${columns.join(', ')} FROM (
        SELECT NULL AS "index", t, u, ip, wide, agent, w FROM theirs
        UNION ALL SELECT "index", t, u, ip, wide, agent, 0 FROM compared))
    WHERE "index" IS NOT NULL`;
}

/** SQL of the odds of each of `compared`. */
function oddsSql(
  { attempts, odds, factor }: Resemblance,
  tenant: string,
  { days, people }: { readonly days: number; readonly people: number },
): string {
  const oddsOf = (column: string): string => `(SELECT ${column}, any_value(${column}_odds) AS odds
    FROM ${odds} WHERE tenant = ${tenant} GROUP BY ALL)`;
  const repeats = (column: string): string =>
    `(SELECT 1 - count(DISTINCT ${column}) / (count(*) + 1) FROM theirs)`;
  const terms = COMMONS.map(({ isOwn, where, isClient }, at) => {
    const who = isOwn ? 'same_u' : `(1 - same_u) / ${people}`;
    const address = {
      ip: 'same_ip',
      wide: `CASE WHEN n_ip = 0 THEN (1 - same_ip) * same_wide / ${CARRIER_ADDRESSES} ELSE 0 END`,
      none: '(1 - same_ip) * (1 - same_wide) * place_odds * own_ip',
    }[where];
    const client = isClient ? 'same_agent' : '(1 - same_agent) * client_odds * own_agent';
    return `${nameOf(at)} * ${who} * ${address} * ${client}`;
  });
  return `
    WITH repeats AS (SELECT ${repeats('u')} AS same_u, ${repeats('ip')} AS same_ip,
      ${repeats('wide')} AS same_wide, ${repeats('agent')} AS same_agent),
    company AS (SELECT sum(n) AS total FROM agents),
    known AS (
      SELECT s."index", s.is_mfa, h.n_ip, (h.n + 0.5) / ${days}
          * (h.n_bucket + 8 * (coalesce(hours.n, 0) + 1) / (total + 8)) / (h.n + 8)
          / ${HOURS_TOGETHER_MS} AS rate,
        greatest(
          (h.n_ip + ${PRIOR} * (greatest(coalesce(spots.n, 0) - h.n_ip - 1, 0) + 0.5)
            / (total + ${COMPANY_PRIOR})) / (h.n + ${PRIOR}),
          (h.n_wide + 0.1) / (h.n + 1) / ${CARRIER_ADDRESSES}) AS own_ip,
        (greatest(coalesce(agents.n, 0) - h.n_agent - 1, 0) + 0.5) / (total + ${COMPANY_PRIOR})
          AS any_agent,
        (1 - ${OTHER_CLIENT}) * (h.n_agent + ${PRIOR} * any_agent) / (h.n_lately + ${PRIOR})
          + ${OTHER_CLIENT} * any_agent AS own_agent,
        coalesce(a.place, CASE WHEN h.n_ip > 0 THEN 'own' ELSE 'company' END) AS place,
        coalesce(a.client, CASE WHEN h.n_agent > 0 THEN 'own' ELSE 'common' END) AS client,
        coalesce((1 - m.open) * ${MENDED} / (2 * (m.after + ${MENDED_WITHIN_MS})), 0) AS mends
      FROM compared AS s CROSS JOIN company
        JOIN habits AS h ON h.u = s.u AND h.day = s.t // ${DAY_MS} AND h.ip = s.ip
          AND h.agent = s.agent AND h.bucket = ${bucketSql('s.t')}
        LEFT JOIN hours ON hours.bucket = h.bucket
        LEFT JOIN spots ON spots.ip = s.ip
        LEFT JOIN agents ON agents.agent = s.agent
        LEFT JOIN mistakes AS m ON m."index" = s."index"
        LEFT JOIN (SELECT "index", place, client FROM ${attempts}
          WHERE tenant = ${tenant}) AS a ON a."index" = s."index"
    )
    SELECT "index", ${HITS_PER_GUESS} * ${factor} * (${terms.join(' + ')})
      / (rate * own_ip * own_agent + mends) AS odds
    FROM known JOIN density USING ("index") CROSS JOIN repeats
      JOIN (SELECT place, odds AS place_odds FROM ${oddsOf('place')}) USING (place)
      JOIN (SELECT client, odds AS client_odds FROM ${oddsOf('client')}) USING (client)`;
}
