import type { RunSql } from '../../../store/reading/current-rows.ts';
import { CAMPAIGN_GAP_MS, GUESS_LIKELY, RETRY_WITHIN_MS, SHARED_BY_MIN } from '../limits.ts';
import { isOfSql, type PersonPartition, partsFor, partsOf } from '../windows/person-partition.ts';
import { HITS_PER_GUESS } from './odds-model.ts';
import { AGENT, WIDE } from './spray-features.ts';

/**
 * How much likelier a success is the campaign's than the person's own, where it resembles the
 * campaign's guesses: the same address or carrier, the same client, the same account, nearly the
 * same moment. The campaign's side is a density over its guesses: a hit comes about where they do,
 * as often as one guess in a hundred. The person's side is how often this person gets in, at this
 * hour, from this address, with this client, on other days. So a victim who always came from the
 * intruder's address still shows, by the moment and the client; and a forgetful person does not,
 * since whoever mistypes gets in soon after.
 *
 * Only successes that something links to a guess are compared; of a large company they are few.
 * People, addresses and clients are hashes here, and what is added up is a whole number.
 */

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const HOURS_TOGETHER_MS: number = 3 * HOUR_MS;

/** Weights of guesses as whole numbers. */
const ONE = 1_000_000;

/** From seconds after a guess to the end of a campaign: how near it is in each is looked at. */
const SCALES_MS: readonly number[] = [10_000, 120_000, HOUR_MS, DAY_MS, CAMPAIGN_GAP_MS];

/** Some logs state whole seconds: within one, which of two came first is not known. */
const CLOCK_GRAIN_MS = 1_000;

/** Successes that stand for what a person does when few are known. */
const PRIOR = 2;

/** Successes that stand for what a company does when few are known. */
const COMPANY_PRIOR = 20;

/** How often people use a client that is not theirs: a new version, another computer. */
const OTHER_CLIENT = 0.1;

/** Browsers are updated: which one a person has is told by so many days before and after. */
const CLIENT_DAYS = 7;

/** Of a carrier's addresses so many are likely to be given to the same line. */
const CARRIER_ADDRESSES = 256;

/** How many who mistype get in soon after, and half of them within this. */
const MENDED = 0.85;
const MENDED_WITHIN_MS = 30_000;

/** A client of which the company has no more successes of a thousand is hardly anybody's. */
const RARE_CLIENT = 0.001;

type Siege = { readonly tenant: string; readonly fromMs: number; readonly toMs: number };

/** SQL of names for what is compared. */
export type Resemblance = {
  readonly tries: string;
  readonly attempts: string;
  readonly odds: string;
  /** SQL of how much a success's second factor speaks for a guessed password. */
  readonly factor: string;
  readonly together: number;
};

/** Makes the table `resembling` ("index", odds) of the successes that resemble a campaign. */
export async function makeResembling(ask: RunSql, of: Resemblance, siege: Siege): Promise<void> {
  const make = (name: string, sql: string): Promise<unknown> =>
    ask(`CREATE OR REPLACE TEMP TABLE ${name} AS ${sql}`);
  const tenant = `'${siege.tenant.replaceAll("'", "''")}'`;
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
    `SELECT hash(ip) AS ip, count(*) AS n, approx_count_distinct(u) AS people FROM ${entered}
      WHERE hash(ip) IN (SELECT ip FROM theirs) GROUP BY ALL`,
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

/** SQL of the guesses that are rather the campaign's, whatever came after each. */
function theirsSql(attempts: string, tenant: string, { fromMs, toMs }: Siege): string {
  return `SELECT t, hash(u) AS u, hash(ip) AS ip, hash(wide) AS wide, agent,
      round(open * ${ONE})::BIGINT AS w
    FROM (SELECT *, ${WIDE} FROM ${attempts} WHERE tenant = ${tenant} AND kind = 'guess'
      AND open >= ${GUESS_LIKELY} AND t BETWEEN ${fromMs - HOUR_MS} AND ${toMs + HOUR_MS})`;
}

/**
 * SQL of what may have let the campaign in and has something in common with a guess of it: the
 * account, the address or the carrier within the hour, an address that is not the company's, or a
 * client that hardly anybody has.
 */
function linkedSql({ tries, attempts }: Resemblance, near: string): string {
  const hour = `t // ${HOUR_MS}`;
  const around = (key: string): string =>
    `(SELECT ${key}, ${hour} + unnest([-1, 0, 1]) FROM theirs)`;
  const columns = `"index", t, hash(u) AS u, hash(ip) AS ip, hash(wide) AS wide, agent, is_mfa`;
  return `
    SELECT ${columns} FROM (
      SELECT *, ${WIDE} FROM (SELECT *, ${AGENT} AS agent FROM ${tries}
        WHERE ${near} AND kind = 'success' AND asked)
      WHERE (hash(u), ${hour}) IN ${around('u')} OR (hash(ip), ${hour}) IN ${around('ip')}
        OR hash(ip) IN (SELECT ip FROM theirs ANTI JOIN
          (SELECT ip FROM spots WHERE people >= ${SHARED_BY_MIN}) USING (ip))
        OR agent IN (SELECT agent FROM theirs LEFT JOIN agents USING (agent)
          WHERE coalesce(n, 0) <= ${SHARED_BY_MIN}
            OR n <= ${RARE_CLIENT} * (SELECT sum(n) FROM agents)))
    UNION
    SELECT ${columns} FROM (
      SELECT *, ${WIDE} FROM ${attempts} WHERE ${near} AND (kind = 'success'
        OR (kind = 'right' AND ending = 'left')))
    WHERE (hash(wide), ${hour}) IN ${around('wide')} OR (kind = 'right' AND (
      (hash(u), ${hour}) IN ${around('u')} OR hash(ip) IN (SELECT ip FROM theirs)))`;
}

/** SQL of which hours of the day are one trait. */
function bucketSql(t: string): string {
  return `(${t} % ${DAY_MS}) // ${HOURS_TOGETHER_MS}`;
}

/** SQL of what people do on other days than `compared`: how often, from where, with what, when. */
function habitsSql(entered: string, part: PersonPartition): string {
  const own = `hash(u) IN (SELECT u FROM compared) AND ${isOfSql('hash(u)', part)}`;
  const lately = `abs(d.day - a.day) <= ${CLIENT_DAYS}`;
  return `
    WITH done AS (
      SELECT hash(u) AS u, t // ${DAY_MS} AS day, hash(ip) AS ip, hash(wide) AS wide, agent,
        ${bucketSql('t')} AS bucket, count(*) AS n
      FROM (SELECT *, ${WIDE}, ${AGENT} AS agent FROM ${entered} WHERE ${own}) GROUP BY ALL
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

/** SQL of the last wrong password of each person before `compared`, from the same address. */
function mistakesSql(attempts: string, near: string): string {
  return `SELECT s."index", g.open, s.t - g.t AS after FROM compared AS s ASOF JOIN (
      SELECT hash(u) AS u, hash(ip) AS ip, t, max(open) AS open FROM ${attempts}
      WHERE ${near} AND kind = 'guess' GROUP BY ALL) AS g
    ON g.u = s.u AND g.ip = s.ip AND g.t <= s.t WHERE s.t - g.t <= ${RETRY_WITHIN_MS}`;
}

/** What a success has in common with guesses: the account or not, so much of where, the client. */
type Common = {
  readonly isOwn: boolean;
  readonly where: 'ip' | 'wide' | 'none';
  readonly isClient: boolean;
};

/** What only the moment has in common with a guess is ranked as others are: by its features. */
const COMMONS: readonly Common[] = [true, false].flatMap((isOwn) =>
  (['ip', 'wide', 'none'] as const).flatMap((where) =>
    [true, false].flatMap((isClient): Common[] =>
      isOwn || where !== 'none' || isClient ? [{ isOwn, where, isClient }] : [],
    ),
  ),
);

const nameOf = (at: number): string => `c${at}`;

type Tempo = readonly number[];

/** Of the campaign's guesses, how many follow the one before within each of {@link SCALES_MS}. */
async function tempoOf(ask: RunSql, partition: string): Promise<Tempo> {
  const [row = []] = await ask(`
    SELECT count(gap), ${SCALES_MS.map((ms) => `count(*) FILTER (gap <= ${ms})`).join(', ')}
    FROM (SELECT t - lag(t) OVER (${partition} ORDER BY t) AS gap FROM theirs)`);
  const [all = 0, ...within] = row.map(Number);
  return within.map((count, at) => {
    return (count - (within[at - 1] ?? 0) + 1) / (all + SCALES_MS.length);
  });
}

/** SQL of how many guesses there are a millisecond around each of `compared`, by what is common. */
function densitySql(tempos: { readonly own: Tempo; readonly any: Tempo }): string {
  const columns = COMMONS.map(({ isOwn, where, isClient }, at) => {
    const keys = [...(isOwn ? ['u'] : []), ...(where === 'none' ? [] : [where])];
    const by = [...keys, ...(isClient ? ['agent'] : [])].join(', ');
    // Who was let in is not guessed at any more: on the own account a hit follows the guesses.
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
