import { assert } from '@countersign/core';
import type { DuckDBValue } from '@duckdb/node-api';
import type { RunSql } from '../../../store/reading/current-rows.ts';
import type { StoreReader } from '../../../store/store-reader.ts';
import {
  type AttemptKind,
  KIND_SQL,
  PERSON_SQL,
  SIGN_INS,
} from '../../../store/summaries/sign-ins.ts';
import { CAMPAIGN_GAP_MS, GUESSES_A_DAY_MAX, LIKELY_ROWS_MAX } from '../limits.ts';
import { type PersonPartition, partsFor, partsOf } from '../windows/person-partition.ts';
import { type CellCount, fitOdds, type OddsModel } from './odds-model.ts';
import {
  type AddressFamiliarity,
  attemptsSql,
  type Client,
  type Crowd,
  crowdsSql,
  type Ending,
  entriesSql,
  type Features,
  failedSql,
  featuresSql,
  knownSql,
  SHARED,
  sharedSql,
  sharersSql,
  tenantsSql,
  triesSql,
  warmthSql,
} from './spray-features.ts';
import {
  likelySql,
  oddsSql,
  type RankedSuccess,
  rankSuccesses,
  tellTraits,
} from './spray-ranking.ts';

/** One password attempt, with the probability that it is an intruder's. */
export type Attempt = {
  readonly index: number;
  readonly atMs: number;
  /** Unique within the tenant. */
  readonly person: string;
  readonly actor: string | null;
  readonly name: string | null;
  readonly ip: string;
  readonly session: string | null;
  readonly kind: AttemptKind;
  readonly probability: number;
};

/** Guesses that belong together, and successes that may be the campaign's, likeliest first. */
export type Campaign = {
  readonly tenant: string;
  /** The start of the period that reports it. The campaign may have begun earlier. */
  readonly sinceMs: number;
  readonly guesses: readonly Attempt[];
  readonly candidates: readonly Attempt[];
};

const DAY_MS = 86_400_000;

/** Indices that one statement lists. */
const ADDED_TOGETHER = 20_000;

/** Limits on successes in one query, so that the engine's memory suffices. */
type Sizes = {
  /** Successes that are grouped at once, and whose features are computed by a dozen joins. */
  readonly part: number;
  /** Attempts that are sorted at once to rank successes. */
  readonly ranked: number;
};

/** The engine spills groups, but not all: with 256 MiB, it failed on eight million successes. */
const SIZES: Sizes = { part: 1_000_000, ranked: 500_000 };

type Period = { readonly fromMs: number; readonly toMs: number };

/** Familiarity is learned from `learnFromMs` on. */
export type SprayPeriod = Period & { readonly learnFromMs: number };

export type SprayResult = {
  readonly campaigns: readonly Campaign[];
  /** There were more guesses than the limit, so the rest was not examined. */
  readonly isCut: boolean;
};

/**
 * Every campaign that ends in a period.
 *
 * It reads `CAMPAIGN_GAP_MS` beyond the period, because only then is it known whether a campaign
 * has ended and which sign-ins followed.
 */
export function findCampaigns(
  store: StoreReader,
  { learnFromMs, ...period }: SprayPeriod,
  sizes: Sizes = SIZES,
): Promise<SprayResult> {
  const scope = { fromMs: learnFromMs, toMs: period.toMs + CAMPAIGN_GAP_MS };
  return store.togetherWith(SIGN_INS, scope, async (ask, { from, fresh }, events) => {
    // A campaign is reported in the period of its last guess, so without guesses there is none.
    const [[guesses] = []] = await ask(`SELECT count(*) FROM ${failedSql(triesSql(from, [], scope))}
      WHERE kind = 'guess' AND t >= ${period.fromMs} AND t < ${period.toMs}`);
    if (Number(guesses) === 0) return NOTHING;
    if (fresh !== undefined) await ask(`CREATE TEMP TABLE fresh AS ${fresh.sql}`);
    const signIns = fresh?.heldBy('fresh') ?? from;
    const tenants = (await ask(tenantsSql(signIns))).map(([tenant]) => String(tenant));
    return readCampaigns(
      ask,
      { tries: triesSql(signIns, tenants, scope), tenants, events },
      { period, sizes, giveBack: () => store.giveBack() },
    );
  });
}

type CampaignSearch = {
  readonly period: Period;
  readonly sizes: Sizes;
  /** Frees memory before the next step allocates its own. */
  readonly giveBack: () => Promise<void>;
};

/** FROM clauses of sign-ins and of all events, and the tenants that sign-ins refer to. */
type Sources = {
  readonly tries: string;
  readonly events: string;
  readonly tenants: readonly string[];
};

async function readCampaigns(
  ask: RunSql,
  sources: Sources,
  { period, sizes, giveBack }: CampaignSearch,
): Promise<SprayResult> {
  const { tries } = sources;
  await ask(`CREATE TEMP TABLE failed AS FROM ${failedSql(tries)}`);
  await makeFeatures(ask, tries, sizes);
  await giveBack();
  const models = await modelsOf(ask);
  if (models.size === 0) return NOTHING;
  await ask(`CREATE TEMP TABLE odds AS ${oddsSql(models)}`);
  await ask(`CREATE TEMP TABLE attempts AS SELECT * EXCLUDE (place_odds, client_odds)
    FROM (${attemptsSql(tries, 'features')})
    JOIN odds USING (tenant, place, client, ending, crowd)`);
  await ask('DROP TABLE features');
  await tellTraits(ask, 'attempts');
  await giveBack();
  const likely = (await ask(likelySql('attempts', LIKELY_ROWS_MAX))).map(guessOf);
  const runs = runsOf(likely.slice(0, LIKELY_ROWS_MAX)).filter(({ toMs }) => {
    return toMs >= period.fromMs && toMs < period.toMs;
  });
  const campaigns = await campaignsOf(ask, sources, runs, { period, sizes });
  return { campaigns, isCut: likely.length > LIKELY_ROWS_MAX };
}

const NOTHING: SprayResult = { campaigns: [], isCut: false };

/** Creates the table of features, some people at a time, and drops its inputs. */
async function makeFeatures(ask: RunSql, tries: string, sizes: Sizes): Promise<void> {
  const make = (name: string, sql: string): Promise<unknown> =>
    ask(`CREATE TEMP TABLE ${name} AS ${sql}`);
  await make('entries', entriesSql(tries, 'failed'));
  await make('crowds', crowdsSql(tries, 'failed', 'entries'));
  const [[successes] = []] = await ask(`SELECT count(*) FROM ${tries} WHERE kind = 'success'`);
  const of = partsFor(Number(successes), sizes.part);
  // Each part is read alone later: its rows are together, and the engine skips the others.
  await makeInParts(ask, 'known', of, (part) => knownSql(tries, part));
  await makeInParts(ask, 'people', of, (part) => sharersSql('NULL AS nothing', part));
  await make('warmth', warmthSql(tries, 'people'));
  for (const [name, what] of Object.entries(SHARED)) {
    await makeInParts(ask, 'sharers', of, (part) => sharersSql(what, part));
    await make(name, sharedSql('sharers'));
    await ask('DROP TABLE sharers');
  }
  await makeInParts(ask, 'features', of, featuresSql);
  const made = ['failed', 'entries', 'crowds', 'known', 'people', ...Object.keys(SHARED)];
  for (const name of made) await ask(`DROP TABLE ${name}`);
}

async function makeInParts(
  ask: RunSql,
  name: string,
  of: number,
  sqlOf: (part: PersonPartition) => string,
): Promise<void> {
  for (const each of partsOf(of)) {
    const into = each.part === 0 ? `CREATE TEMP TABLE ${name} AS` : `INSERT INTO ${name}`;
    await ask(`${into} ${sqlOf(each)}`);
  }
}

/** Fits a model for each tenant's attempts. */
async function modelsOf(ask: RunSql): Promise<Map<number, OddsModel>> {
  // A brute-force attack on one account must not distort the model of all people.
  const rows = await ask(`
    SELECT tenant, kind, place, client, ending, crowd, sum(times)::BIGINT FROM features
      WHERE kind = 'success' GROUP BY ALL
    UNION ALL
    SELECT tenant, kind, place, client, ending, crowd, count(*) FROM (
      SELECT * FROM features WHERE kind = 'guess'
      QUALIFY row_number() OVER (PARTITION BY u, t // ${DAY_MS} ORDER BY t, "index")
        <= ${GUESSES_A_DAY_MAX}
    ) GROUP BY ALL ORDER BY ALL`);
  const models = [...Map.groupBy(rows, ([tenant]) => Number(tenant))].map(([tenant, own]) => {
    const counts = own.map(([, kind, place, client, ending, crowd, attempts]): CellCount => {
      const features = featuresOf([place, client, ending, crowd]);
      return { kind: kind as AttemptKind, features, attempts: Number(attempts) };
    });
    return [tenant, fitOdds(counts)] as const;
  });
  return new Map(models.filter(([, { share }]) => share > 0));
}

function featuresOf(values: readonly (DuckDBValue | undefined)[]): Features {
  const [place, client, ending, crowd] = values;
  return {
    place: place as AddressFamiliarity,
    client: client as Client,
    ending: ending as Ending,
    crowd: crowd as Crowd,
  };
}

/** `tenant`: the position in the list of tenants. */
type Guess = RankedSuccess & { readonly tenant: number; readonly atMs: number };

function guessOf([index, tenant, t, probability]: readonly DuckDBValue[]): Guess {
  const [at, likelihood] = [Number(t), Number(probability)];
  return { index: Number(index), tenant: Number(tenant), atMs: at, probability: likelihood };
}

/** Guesses of one tenant without a long gap between them. */
type Run = Period & { readonly tenant: number; readonly guesses: readonly Guess[] };

/** A long gap between guesses separates campaigns. */
function runsOf(all: readonly Guess[]): Run[] {
  return [...Map.groupBy(all, ({ tenant }) => tenant)].flatMap(([tenant, guesses]) => {
    const found: Guess[][] = [];
    for (const guess of guesses) {
      const run = found.at(-1);
      const last = run?.at(-1);
      if (last !== undefined && guess.atMs - last.atMs <= CAMPAIGN_GAP_MS) run?.push(guess);
      else found.push([guess]);
    }
    return found.map((run): Run => {
      const [first, last] = [run[0] as Guess, run.at(-1) as Guess];
      return { tenant, fromMs: first.atMs, toMs: last.atMs, guesses: run };
    });
  });
}

/** Adds to each campaign the successes that may be its own, and their people. */
async function campaignsOf(
  ask: RunSql,
  { tries, events, tenants }: Sources,
  runs: readonly Run[],
  { period: { fromMs: sinceMs }, sizes }: { readonly period: Period; readonly sizes: Sizes },
): Promise<Campaign[]> {
  const rankedRuns: { readonly run: Run; readonly candidates: readonly RankedSuccess[] }[] = [];
  for (const run of runs) {
    rankedRuns.push({
      run,
      candidates: await rankSuccesses(ask, { tries, attempts: 'attempts' }, run, sizes.ranked),
    });
  }
  const wanted = rankedRuns.flatMap(({ run, candidates }) => [...run.guesses, ...candidates]);
  const attempts = await attemptsOf(ask, events, wanted);
  const attemptOf = ({ index, probability }: RankedSuccess): Attempt => {
    const attempt = attempts.get(index);
    assert(attempt !== undefined, 'what was ranked is there');
    return { ...attempt, probability };
  };
  return rankedRuns.map(({ run, candidates }) => ({
    ...{ tenant: tenants[run.tenant] as string, sinceMs },
    guesses: run.guesses.map(attemptOf),
    candidates: candidates.map(attemptOf),
  }));
}

/**
 * Reads the people and texts of attempts, which have only hashes so far. They are sign-ins, so it
 * reads no column but the index of other rows.
 */
async function attemptsOf(
  ask: RunSql,
  events: string,
  wanted: readonly RankedSuccess[],
): Promise<Map<number, Attempt>> {
  await ask('CREATE TEMP TABLE wanted ("index" BIGINT)');
  for (let at = 0; at < wanted.length; at += ADDED_TOGETHER) {
    const some = wanted.slice(at, at + ADDED_TOGETHER).map(({ index }) => index);
    await ask(`INSERT INTO wanted SELECT DISTINCT unnest([${some.join(', ')}])`);
  }
  const rows = await ask(`SELECT "index", epoch_ms("time") AS t, ${PERSON_SQL} AS u, actor,
      actor_name, ip, session_uid, ${KIND_SQL} AS kind
    FROM ${events} SEMI JOIN wanted USING ("index") WHERE class_uid = 3002`);
  return new Map(rows.map((row) => [Number(row[0]), attemptFrom(row)]));
}

function attemptFrom(row: readonly DuckDBValue[]): Attempt {
  const [index, t, person, actor, name, ip, session, kind] = row;
  const text = (value: DuckDBValue | undefined): string | null =>
    typeof value === 'string' ? value : null;
  return {
    ...{ index: Number(index), atMs: Number(t), person: String(person), ip: String(ip) },
    ...{ actor: text(actor), name: text(name), session: text(session) },
    ...{ kind: kind as AttemptKind, probability: 0 },
  };
}
