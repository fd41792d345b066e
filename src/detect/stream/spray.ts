import type { DuckDBValue } from '@duckdb/node-api';
import type { Ask, BooksReader } from '../../books/index.ts';
import { CAMPAIGN_GAP_MS, GUESS_LIKELY, GUESSES_A_DAY_MAX, SCORED_ROWS_MAX } from './limits.ts';
import { type CellCount, fitOdds, type OddsModel } from './odds.ts';
import {
  type AttemptKind,
  attemptsSql,
  type Carrier,
  type Client,
  type Crowd,
  type Ending,
  type Features,
  type Place,
  triesSql,
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
  readonly country: string;
  readonly session: string | null;
  readonly clientText: string;
  readonly isMfa: boolean | null;
  readonly kind: AttemptKind;
  readonly features: Features;
  readonly carrier: Carrier;
  readonly probability: number;
};

/** Guesses that belong together, and the successes that may be theirs, likeliest first. */
export type Campaign = {
  readonly tenant: string;
  /** The beginning of the period that it is told in; it may have begun before. */
  readonly sinceMs: number;
  readonly guesses: readonly Attempt[];
  readonly candidates: readonly Attempt[];
};

const DAY_MS = 86_400_000;

type Period = { readonly fromMs: number; readonly toMs: number };

/** What is familiar in a period is learned from `learnFromMs` on. */
export type SprayPeriod = Period & { readonly learnFromMs: number };

export type SprayLook = {
  readonly campaigns: readonly Campaign[];
  /** There was more to score than is scored: behind a flood the rest is not looked at. */
  readonly isCut: boolean;
};

/**
 * Every campaign that ends in each of these periods, which SHOULD lie near each other: what there
 * is in all of them is read once. It is read to `CAMPAIGN_GAP_MS` behind a period: only then is it
 * known whether a campaign has ended, and whom it let in.
 */
export async function sprayLooks(
  books: BooksReader,
  periods: readonly SprayPeriod[],
): Promise<SprayLook[]> {
  const scopes = periods.map(({ learnFromMs, toMs }) => {
    return { fromMs: learnFromMs, toMs: toMs + CAMPAIGN_GAP_MS };
  });
  const all = {
    fromMs: scopes.reduce((least, { fromMs }) => Math.min(least, fromMs), Number.MAX_VALUE),
    toMs: scopes.reduce((most, { toMs }) => Math.max(most, toMs), -Number.MAX_VALUE),
  };
  return books.together(all, async (ask, source) => {
    await ask(`CREATE TEMP TABLE tries AS ${triesSql(source, all)}`);
    const looks: SprayLook[] = [];
    for (const [at, period] of periods.entries()) {
      looks.push(await lookAt(ask, period, scopes[at] as Period));
    }
    return looks;
  });
}

async function lookAt(ask: Ask, period: Period, scope: Period): Promise<SprayLook> {
  await ask(`CREATE OR REPLACE TEMP TABLE attempts AS ${attemptsSql('tries', scope)}`);
  // A siege of one account is one person's trouble, and must not colour everybody's.
  const counted = await ask(`SELECT tenant, kind, place, client, ending, crowd, count(*) FROM (
      SELECT tenant, kind, place, client, ending, crowd FROM attempts WHERE kind <> 'guess'
      UNION ALL
      SELECT tenant, kind, place, client, ending, crowd FROM attempts WHERE kind = 'guess'
      QUALIFY row_number() OVER (PARTITION BY u, t // ${DAY_MS} ORDER BY t, "index")
        <= ${GUESSES_A_DAY_MAX}
    ) GROUP BY ALL ORDER BY ALL`);
  const models = modelsOf(counted);
  const suspects = [...models].filter(([, model]) => model.share > 0);
  if (suspects.length === 0) return { campaigns: [], isCut: false };
  // Familiar successes are most of all rows and never a candidate: they stay where they are.
  const rows = await ask(`SELECT a."index", a.tenant, a.t, a.u, z.actor, z.actor_name, z.ip,
      z.app_uid, z.country, z.is_mfa, z.session_uid, z.client, a.kind, a.place, a.client, a.ending,
      a.crowd, a.carrier
    FROM attempts AS a JOIN tries AS z ON z."index" = a."index"
    WHERE a.kind <> 'success' OR (a.place <> 'own' AND a.place <> 'company')
    ORDER BY a.t, a."index" LIMIT ${SCORED_ROWS_MAX + 1}`);
  const attempts = rows.slice(0, SCORED_ROWS_MAX).map(attemptOf);
  const campaigns = suspects.flatMap(([tenant, model]) => {
    const own = attempts.filter((attempt) => attempt.tenant === tenant);
    return campaignsOf(own, model, period);
  });
  return { campaigns, isCut: rows.length > SCORED_ROWS_MAX };
}

function modelsOf(rows: readonly (readonly DuckDBValue[])[]): Map<string, OddsModel> {
  const byTenant = Map.groupBy(rows, ([tenant]) => String(tenant));
  return new Map(
    [...byTenant].map(([tenant, own]) => {
      const counts = own.map(([, kind, place, client, ending, crowd, attempts]): CellCount => {
        const features = featuresOf([place, client, ending, crowd]);
        return { kind: kind as AttemptKind, features, attempts: Number(attempts) };
      });
      return [tenant, fitOdds(counts)];
    }),
  );
}

function attemptOf(row: readonly DuckDBValue[]): Attempt {
  const [index, tenant, t, person, actor, name, ip, app, country, mfa, session, ...more] = row;
  const [clientText, kind, place, client, ending, crowd, carrier] = more;
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
    country: String(country),
    session: text(session),
    clientText: String(clientText),
    isMfa: mfa === null || mfa === undefined ? null : Number(mfa) === 1,
    kind: kind as AttemptKind,
    features: featuresOf([place, client, ending, crowd]),
    carrier: carrier as Carrier,
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

/** Weighs a trait that guesses have and successes elsewhere do not, or the other way. */
type Likelihood = (attempt: Attempt) => number;

/**
 * How much likelier a trait is among guesses than among successes elsewhere, of attempts that are
 * of one kind already: what the kind itself says is counted once.
 */
function likelihoodOf(
  guesses: readonly Attempt[],
  successes: readonly Attempt[],
  traitOf: (attempt: Attempt) => string,
  kindOf: (attempt: Attempt) => string,
): Likelihood {
  const theirs = new Shares();
  const good = new Shares();
  for (const guess of guesses) theirs.add(kindOf(guess), traitOf(guess), guess.probability);
  for (const success of successes) good.add(kindOf(success), traitOf(success), 1);
  return (attempt) => {
    const [kind, trait] = [kindOf(attempt), traitOf(attempt)];
    const ratio = theirs.of(kind, trait) / good.of(kind, trait);
    return Math.min(TRAIT_CONVICTS_MAX, Math.max(1 / TRAIT_CONVICTS_MAX, ratio));
  };
}

/** Shares of traits within kinds; what was never seen has a little. */
class Shares {
  readonly #counts = new Map<string, number>();
  readonly #totals = new Map<string, number>();

  add(kind: string, trait: string, weight: number): void {
    const key = `${kind} ${trait}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + weight);
    this.#totals.set(kind, (this.#totals.get(kind) ?? 0) + weight);
  }

  of(kind: string, trait: string): number {
    const count = this.#counts.get(`${kind} ${trait}`) ?? 0;
    return (count + 0.5) / ((this.#totals.get(kind) ?? 0) + 5);
  }
}

/** No single trait convicts or acquits: it may be chance, or chosen. */
const TRAIT_CONVICTS_MAX = 50;
/** Hours of the day in one trait: people keep to theirs, and who guesses does not. */
const HOURS_TOGETHER = 3;

function traitsLikelihood(guesses: readonly Attempt[], successes: readonly Attempt[]): Likelihood {
  const clients = likelihoodOf(
    guesses,
    successes,
    ({ clientText }) => clientText,
    ({ features }) => features.client,
  );
  const countries = likelihoodOf(
    guesses,
    successes,
    ({ country }) => country,
    ({ features }) => features.place,
  );
  const hours = likelihoodOf(
    guesses,
    successes,
    ({ atMs }) => String(Math.floor((atMs % DAY_MS) / (HOURS_TOGETHER * 3_600_000))),
    () => '',
  );
  const carriers = likelihoodOf(
    guesses,
    successes,
    ({ carrier }) => carrier,
    ({ features }) => features.place,
  );
  return (attempt) => clients(attempt) * countries(attempt) * hours(attempt) * carriers(attempt);
}

/** A second factor that was passed speaks against a guessed password, one factor alone for it. */
const FACTOR = { passed: 0.05, missing: 2, unknown: 1 } as const;

function campaignsOf(attempts: readonly Attempt[], model: OddsModel, period: Period): Campaign[] {
  const scored = attempts
    .filter(({ kind }) => kind === 'guess')
    .map((attempt) => ({ ...attempt, probability: model.guess(attempt.features) }));
  const likely = scored.filter(({ probability }) => probability >= GUESS_LIKELY);
  const successes = attempts.filter(({ kind, features }) => {
    // A second factor is asked for all day long where people are at home.
    const isElsewhere = features.place !== 'own' && features.place !== 'company';
    return kind === 'success' || (kind === 'right' && features.ending === 'left' && isElsewhere);
  });
  const likelihood = traitsLikelihood(scored, successes);
  const people = new Set(attempts.map(({ person }) => person)).size;
  return runsOf(likely)
    .filter((run) => lastOf(run) >= period.fromMs && lastOf(run) < period.toMs)
    .map((guesses) => {
      const from = (guesses[0] as Attempt).atMs - CAMPAIGN_GAP_MS;
      const to = lastOf(guesses) + CAMPAIGN_GAP_MS;
      const near = scored.filter(({ atMs }) => atMs >= from && atMs <= to);
      const besieged = guessedAtLikelihood(near, people);
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
      const { tenant } = guesses[0] as Attempt;
      return { tenant, sinceMs: period.fromMs, guesses, candidates };
    });
}

/**
 * Whoever was guessed at and then enters from elsewhere is likelier hit than who never was. A guess
 * that may as well be the person's own mistake counts for what it is worth.
 */
function guessedAtLikelihood(
  guesses: readonly Attempt[],
  people: number,
): (attempt: Attempt) => number {
  const ofPeople = Map.groupBy(guesses, ({ person }) => person);
  const guessedAt = (person: string, untilMs: number): number => {
    const own = ofPeople.get(person)?.filter(({ atMs }) => atMs <= untilMs) ?? [];
    return 1 - own.reduce((none, { probability }) => none * (1 - probability), 1);
  };
  let expected = 0;
  for (const person of ofPeople.keys()) expected += guessedAt(person, Number.POSITIVE_INFINITY);
  const share = (expected + 1) / (people + 2);
  return ({ person, atMs }) => {
    const was = guessedAt(person, atMs);
    return was / share + (1 - was) * NEVER_GUESSED_AT;
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
