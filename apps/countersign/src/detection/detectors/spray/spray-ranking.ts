import type { RunSql } from '../../../store/reading/current-rows.ts';
import { CAMPAIGN_GAP_MS, CANDIDATES_KEPT, GUESS_LIKELY } from '../limits.ts';
import { isOfSql, partsFor, partsOf } from '../windows/person-partition.ts';
import { type OddsModel, SPRAY_CELLS } from './odds-model.ts';
import { makeResembling } from './spray-resemblance.ts';

/**
 * Ranks successes inside the engine, because a large company has millions. All sums use integers,
 * so that the order of rows cannot change a result.
 */

const DAY_MS = 86_400_000;

/** Probabilities and logarithms of their complements are scaled to integers. */
const ONE = 1_000_000_000;

/** No guess is certain, so that the logarithm of its complement is finite. */
const CERTAIN: number = 1 - 1e-12;

/** Limits the weight of a single trait, which may be chance or chosen by the attacker. */
const TRAIT_CONVICTS_MAX = 50;

/** Hours of the day in one trait. People keep to their hours; guessers do not. */
const HOURS_TOGETHER = 3;

/** Prior without earlier guesses: a spray with one try per person can hit at the first. */
const NEVER_GUESSED_AT = 0.3;

/** A passed second factor speaks against a guessed password; a single factor speaks for it. */
const FACTOR = 'CASE is_mfa WHEN 1 THEN 0.05 WHEN 0 THEN 2 ELSE 1 END';

/**
 * Attempts by which an intruder may have got in. Second factors are requested all day where people
 * are.
 */
const IS_ENTRY = `(kind = 'success' OR (kind = 'right' AND ending = 'left'
  AND place <> 'own' AND place <> 'company'))`;

/** Text of SQL. */
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** SQL of a model's odds for each combination of features, to join with attempts. */
export function oddsSql(models: ReadonlyMap<number, OddsModel>): string {
  const rows = [...models].flatMap(([tenant, model]) =>
    SPRAY_CELLS.map((cell) => {
      const guess = model.guess(cell);
      const left = Math.round(-Math.log(1 - Math.min(guess, CERTAIN)) * ONE);
      const names = [cell.place, cell.client, cell.ending, cell.crowd].map(text);
      const numbers = [
        ...[guess, Math.round(guess * ONE), left, model.successOdds(cell)],
        ...[model.openGuess(cell), model.placeOdds(cell.place), model.clientOdds(cell.client)],
      ];
      const values = numbers.map((number) => number.toExponential());
      return `(${[tenant, ...names, ...values].join(', ')})`;
    }),
  );
  return `SELECT tenant, place, client, ending, crowd, guess::DOUBLE AS guess,
      weight::BIGINT AS weight, leaves::BIGINT AS leaves, success::DOUBLE AS success,
      open::DOUBLE AS open, place_odds::DOUBLE AS place_odds, client_odds::DOUBLE AS client_odds
    FROM (VALUES ${rows.join(', ')}) AS v (tenant, place, client, ending, crowd, guess, weight,
      leaves, success, open, place_odds, client_odds)`;
}

type Trait = { readonly table: string; readonly kind: string; readonly value: string };

/** Traits are compared within kinds that features distinguish, so that the kind counts once. */
const TRAITS: readonly Trait[] = [
  { table: 'by_client', kind: 'client', value: 'text' },
  { table: 'by_country', kind: 'place', value: 'country' },
  { table: 'by_hour', kind: `''`, value: `(t % ${DAY_MS}) // ${HOURS_TOGETHER * 3_600_000}` },
  { table: 'by_carrier', kind: 'place', value: 'carrier' },
];

/**
 * SQL of how much likelier a trait is among guesses than among successes elsewhere. An unseen trait
 * gets a small weight in both.
 */
function traitSql(attempts: string, { kind, value }: Trait): string {
  const share = (of: string): string => `((${of} + 0.5) / (sum(${of}) OVER same + 5))`;
  return `
    WITH counted AS (
      SELECT tenant, ${kind} AS k, ${value} AS v, count(*) FILTER (${IS_ENTRY}) AS good,
        coalesce(sum(weight) FILTER (kind = 'guess'), 0) AS weights
      FROM ${attempts} GROUP BY ALL
    )
    SELECT tenant, k, v, greatest(1 / ${TRAIT_CONVICTS_MAX}, least(${TRAIT_CONVICTS_MAX},
      ((weights / ${ONE} + 0.5) / ((sum(weights) OVER same) / ${ONE} + 5)) / ${share('good')}))
      AS ratio
    FROM counted WINDOW same AS (PARTITION BY tenant, k)`;
}

/** Creates the trait tables from attempts that were joined with {@link oddsSql}. */
export async function tellTraits(ask: RunSql, attempts: string): Promise<void> {
  for (const trait of TRAITS) {
    await ask(`CREATE OR REPLACE TEMP TABLE ${trait.table} AS ${traitSql(attempts, trait)}`);
  }
}

/** SQL of guesses that are likely an intruder's: `most` of them, and one more if there are more. */
export function likelySql(attempts: string, most: number): string {
  return `SELECT "index", tenant, t, guess AS probability FROM ${attempts}
    WHERE kind = 'guess' AND guess >= ${GUESS_LIKELY} ORDER BY t, "index" LIMIT ${most + 1}`;
}

/** A campaign whose successes are ranked. */
export type CampaignPeriod = {
  readonly tenant: number;
  readonly fromMs: number;
  readonly toMs: number;
};

export type RankedSuccess = { readonly index: number; readonly probability: number };

/**
 * Ranks the successes that may be a campaign's, likeliest first, up to the limit.
 *
 * A success is a campaign's in one of two ways: it happens in a new place, which features and
 * traits show, or it resembles earlier guesses. A person's successes depend only on that person's
 * attempts, so they are weighed in parts of `together` attempts. Each part returns its likeliest.
 */
export async function rankSuccesses(
  ask: RunSql,
  { tries, attempts }: { readonly tries: string; readonly attempts: string },
  period: CampaignPeriod,
  together: number,
): Promise<RankedSuccess[]> {
  const of = { tries, attempts, odds: 'odds', factor: FACTOR, together };
  await makeResembling(ask, of, period);
  const [from, to] = [period.fromMs - CAMPAIGN_GAP_MS, period.toMs + CAMPAIGN_GAP_MS];
  const near = `tenant = ${period.tenant} AND t BETWEEN ${from} AND ${to}`;
  const [[people, expected, weighed] = []] = await ask(`
    SELECT (SELECT count(DISTINCT u) FROM ${attempts} WHERE tenant = ${period.tenant}),
      (SELECT coalesce(sum(round((1 - exp(-leaves / ${ONE})) * ${ONE})::BIGINT), 0)::DOUBLE / ${ONE}
        FROM (SELECT sum(leaves) AS leaves FROM ${attempts}
          WHERE kind = 'guess' AND ${near} GROUP BY u)),
      (SELECT count(*) FROM ${attempts} WHERE (kind = 'guess' OR ${IS_ENTRY}) AND ${near})`);
  const share = (Number(expected) + 1) / (Number(people) + 2);
  await ask('CREATE OR REPLACE TEMP TABLE likeliest ("index" BIGINT, odds DOUBLE)');
  for (const part of partsOf(partsFor(Number(weighed), together))) {
    const some = `(SELECT * FROM ${attempts} WHERE ${near} AND ${isOfSql('u', part)})`;
    await ask(`INSERT INTO likeliest SELECT * FROM (${weighedSql(some, share)}) ${LIKELIEST}`);
  }
  // Successes at home were not weighed, so only their resemblance counts.
  await ask(`INSERT INTO likeliest SELECT "index", odds FROM resembling
    ANTI JOIN (SELECT "index" FROM ${attempts} WHERE ${near} AND ${IS_ENTRY}) USING ("index")
    ${LIKELIEST}`);
  // Rounded, so that equal successes are equal to the last digit.
  const rows = await ask(`SELECT "index", round(odds / (1 + odds), 12) AS probability
    FROM likeliest ORDER BY probability DESC, "index" LIMIT ${CANDIDATES_KEPT}`);
  await ask('DROP TABLE resembling');
  return rows.map(([index, probability]) => {
    return { index: Number(index), probability: Number(probability) };
  });
}

/** Equal successes stay in ledger order. */
const LIKELIEST = `ORDER BY round(odds / (1 + odds), 12) DESC, "index" LIMIT ${CANDIDATES_KEPT}`;

/**
 * SQL of the probability that successes are an intruder's. `share` of all people are expected hits.
 */
function weighedSql(attempts: string, share: number): string {
  return `
    -- Numbers alone from here on: of a large company there are millions to sort.
    WITH c AS MATERIALIZED (
      SELECT c."index", c.u AS person, c.t, success * ${FACTOR} * by_client.ratio
        * by_country.ratio * by_hour.ratio * by_carrier.ratio AS odds
      FROM (SELECT * FROM ${attempts} WHERE ${IS_ENTRY}) AS c
      ${TRAITS.map(joinSql).join('\n')}
    ),
    moments AS (
      SELECT u AS person, t, leaves, NULL AS "index" FROM ${attempts}
        WHERE kind = 'guess' AND u IN (SELECT person FROM c)
      UNION ALL SELECT person, t, 0, "index" FROM c
    ),
    -- A target of guesses who then signs in from elsewhere is a likelier hit than other people. A
    -- guess that may be the person's own mistake counts by its probability.
    besieged AS (
      SELECT "index", 1 - exp(-(sum(leaves) OVER so_far) / ${ONE}) AS was FROM moments
      WINDOW so_far AS (PARTITION BY person ORDER BY t RANGE UNBOUNDED PRECEDING)
    )
    SELECT c."index", c.odds * (was / ${share.toExponential()} + (1 - was) * ${NEVER_GUESSED_AT})
      + coalesce(r.odds, 0) AS odds
    FROM c JOIN besieged ON besieged."index" = c."index"
      LEFT JOIN resembling AS r ON r."index" = c."index"`;
}

function joinSql({ table, kind, value }: Trait): string {
  const of = (sql: string): string =>
    sql.replaceAll(/\b(client|text|place|country|t|carrier)\b/g, 'c.$1');
  return `JOIN ${table} ON ${table}.tenant = c.tenant AND ${table}.k = ${of(kind)}
    AND ${table}.v = ${of(value)}`;
}
