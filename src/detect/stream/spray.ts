import type { DuckDBValue } from '@duckdb/node-api';
import type { BooksReader } from '../../books/index.ts';
import { CAMPAIGN_GAP_MS, GUESS_LIKELY, GUESSES_A_DAY_MAX, SCORED_ROWS_MAX } from './limits.ts';
import { type CellCount, fitOdds, type OddsModel } from './odds.ts';
import {
  type AttemptKind,
  attemptsSql,
  type Client,
  type Crowd,
  type Ending,
  type Features,
  type Place,
} from './spray-features.ts';

/** One attempt at a password, and how likely it is an intruder's. */
export type Attempt = {
  readonly index: number;
  readonly tenant: string;
  readonly atMs: number;
  /** Within the tenant. */
  readonly person: string;
  readonly actor: string | null;
  readonly name: string | null;
  readonly ip: string;
  readonly app: string | null;
  readonly session: string | null;
  readonly clientText: string;
  readonly isMfa: boolean | null;
  readonly kind: AttemptKind;
  readonly features: Features;
  readonly probability: number;
};

/** Guesses that belong together, and the successes that may be theirs, likeliest first. */
export type Campaign = {
  readonly tenant: string;
  readonly guesses: readonly Attempt[];
  readonly candidates: readonly Attempt[];
};

const DAY_MS = 86_400_000;

type Period = { readonly fromMs: number; readonly toMs: number };

/** Every campaign of the period; what is familiar is learned from `learnFromMs` on. */
export async function sprayCampaigns(
  books: BooksReader,
  period: Period,
  learnFromMs: number,
): Promise<Campaign[]> {
  const scope = { fromMs: learnFromMs, toMs: period.toMs };
  const within = `t >= ${Math.trunc(learnFromMs)} AND t < ${Math.trunc(period.toMs)}`;
  const counted = await books.over(
    scope,
    // A siege of one account is one person's trouble, and must not colour everybody's.
    (source) => `SELECT tenant, kind, place, client, ending, crowd, count(*)
      FROM (SELECT *, row_number() OVER (PARTITION BY u, kind, t // ${DAY_MS} ORDER BY t, "index")
        AS nth FROM (${attemptsSql(source)}) WHERE ${within})
      WHERE kind <> 'guess' OR nth <= ${GUESSES_A_DAY_MAX} GROUP BY ALL`,
  );
  const models = modelsOf(counted);
  const suspects = [...models].filter(([, { model }]) => model.share > 0);
  if (suspects.length === 0) return [];
  // Familiar successes are most of all rows and never a candidate: they stay where they are.
  const rows = await books.over(
    scope,
    (source) => `SELECT * FROM (${attemptsSql(source)}) WHERE ${within}
      AND (kind <> 'success' OR (place <> 'own' AND place <> 'company'))
      ORDER BY t, "index" LIMIT ${SCORED_ROWS_MAX}`,
  );
  const attempts = rows.map(attemptOf);
  return suspects.flatMap(([tenant, { model, entered }]) => {
    const own = attempts.filter((attempt) => attempt.tenant === tenant);
    return campaignsOf(own, model, entered, period);
  });
}

function modelsOf(
  rows: readonly (readonly DuckDBValue[])[],
): Map<string, { model: OddsModel; entered: number }> {
  const byTenant = Map.groupBy(rows, ([tenant]) => String(tenant));
  return new Map(
    [...byTenant].map(([tenant, own]) => {
      const counts = own.map(([, kind, place, client, ending, crowd, attempts]): CellCount => {
        const features = featuresOf([place, client, ending, crowd]);
        return { kind: kind as AttemptKind, features, attempts: Number(attempts) };
      });
      const entered = counts
        .filter(({ kind }) => kind === 'success')
        .reduce((n, { attempts }) => n + attempts, 0);
      return [tenant, { model: fitOdds(counts), entered }];
    }),
  );
}

function attemptOf(row: readonly DuckDBValue[]): Attempt {
  const [index, tenant, t, person, actor, name, ip, , app, , , mfa, session, ...more] = row;
  const [clientText, kind, place, client, ending, crowd] = more;
  const text = (value: DuckDBValue | undefined): string | null =>
    typeof value === 'string' ? value : null;
  return {
    index: Number(index),
    tenant: String(tenant),
    atMs: Number(t),
    person: String(person),
    actor: text(actor),
    name: text(name),
    ip: String(ip),
    app: text(app),
    session: text(session),
    clientText: String(clientText),
    isMfa: mfa === null || mfa === undefined ? null : Number(mfa) === 1,
    kind: kind as AttemptKind,
    features: featuresOf([place, client, ending, crowd]),
    probability: 0,
  };
}

function featuresOf(values: readonly (DuckDBValue | undefined)[]): Features {
  const [place, client, ending, crowd] = values;
  return {
    place: place as Place,
    client: client as Client,
    ending: ending as Ending,
    crowd: crowd as Crowd,
  };
}

/** Client texts that guesses use and successes do not speak for themselves, and the other way. */
function clientLikelihood(
  guesses: readonly Attempt[],
  successes: readonly Attempt[],
  entered: number,
): (attempt: Attempt) => number {
  const theirs = new Map<string, number>();
  const good = new Map<string, number>();
  let total = 0;
  for (const { clientText, probability } of guesses) {
    theirs.set(clientText, (theirs.get(clientText) ?? 0) + probability);
    total += probability;
  }
  for (const { clientText } of successes) {
    good.set(clientText, (good.get(clientText) ?? 0) + 1);
  }
  return ({ clientText }) => {
    const bad = ((theirs.get(clientText) ?? 0) + 0.5) / (total + 5);
    const normal = ((good.get(clientText) ?? 0) + 0.5) / (Math.max(entered, successes.length) + 5);
    return bad / Math.max(normal, MIN_SHARE);
  };
}

/** Nothing is so rare among good clients that it alone convicts. */
const MIN_SHARE = 0.002;
/** A second factor that was passed speaks against a guessed password, one factor alone for it. */
const FACTOR = { passed: 0.05, missing: 2, unknown: 1 } as const;

function campaignsOf(
  attempts: readonly Attempt[],
  model: OddsModel,
  entered: number,
  period: Period,
): Campaign[] {
  const scored = attempts
    .filter(({ kind }) => kind === 'guess')
    .map((attempt) => ({ ...attempt, probability: model.guess(attempt.features) }));
  const likely = scored.filter(({ probability }) => probability >= GUESS_LIKELY);
  const successes = attempts.filter(({ kind, features }) => {
    // A second factor is asked for all day long where people are at home.
    const isElsewhere = features.place !== 'own' && features.place !== 'company';
    return kind === 'success' || (kind === 'right' && features.ending === 'left' && isElsewhere);
  });
  const likelihood = clientLikelihood(scored, successes, entered);
  return runsOf(likely)
    .filter((run) => lastOf(run) >= period.fromMs && lastOf(run) < period.toMs)
    .map((guesses) => {
      const besieged = guessedAtLikelihood(guesses, attempts);
      const from = (guesses[0] as Attempt).atMs - CAMPAIGN_GAP_MS;
      const to = lastOf(guesses) + CAMPAIGN_GAP_MS;
      const candidates = successes
        .filter(({ atMs }) => atMs >= from && atMs <= to)
        .map((attempt) => {
          const factor = attempt.isMfa === null ? 'unknown' : attempt.isMfa ? 'passed' : 'missing';
          const odds =
            model.successOdds(attempt.features) *
            likelihood(attempt) *
            besieged(attempt) *
            FACTOR[factor];
          return { ...attempt, probability: odds / (1 + odds) };
        })
        .sort((a, b) => b.probability - a.probability || a.index - b.index);
      return { tenant: (guesses[0] as Attempt).tenant, guesses, candidates };
    });
}

/** Whoever was guessed at and then enters from elsewhere is likelier hit than who never was. */
function guessedAtLikelihood(
  guesses: readonly Attempt[],
  attempts: readonly Attempt[],
): (attempt: Attempt) => number {
  const guessedAt = new Map<string, number>();
  for (const { person, atMs } of guesses) {
    if (!guessedAt.has(person)) guessedAt.set(person, atMs);
  }
  const people = new Set(attempts.map(({ person }) => person)).size;
  const share = (guessedAt.size + 1) / (people + 2);
  return ({ person, atMs }) => {
    const since = guessedAt.get(person);
    return since !== undefined && since <= atMs ? 1 / share : NEVER_GUESSED_AT;
  };
}

/** A spray of one try at each hits at the first: then nothing was seen before. */
const NEVER_GUESSED_AT = 0.3;

/** Where nothing was guessed for long, one campaign ends and another begins. */
function runsOf(guesses: readonly Attempt[]): Attempt[][] {
  const found: Attempt[][] = [];
  for (const guess of guesses) {
    const run = found.at(-1);
    if (run !== undefined && guess.atMs - lastOf(run) <= CAMPAIGN_GAP_MS) run.push(guess);
    else found.push([guess]);
  }
  return found;
}

function lastOf(run: readonly Attempt[]): number {
  return (run.at(-1) as Attempt).atMs;
}
