import {
  type AddressFamiliarity,
  CLIENTS,
  type Client,
  CROWDS,
  type Features,
  PLACES,
  Revocation,
} from './spray-features.ts';

/** The number of attempts of a kind with the same features. */
export type CellCount = {
  readonly kind: 'guess' | 'right' | 'success';
  readonly features: Features;
  readonly attempts: number;
};

/** The model of one tenant: how likely each attempt is an intruder's. */
export type OddsModel = {
  /** Share of guesses that are an intruder's. */
  readonly share: number;
  /** Probability that a guess with these features is an intruder's. */
  readonly guess: (features: Features) => number;
  /**
   * The same without regard to what followed, because a hit after a guess looks like a corrected
   * mistake.
   */
  readonly openGuess: (features: Features) => number;
  /** How many times likelier a place, or a client, is an intruder's than a person's. */
  readonly placeOdds: (place: AddressFamiliarity) => number;
  readonly clientOdds: (client: Client) => number;
  /** Odds for a success before its client and factor are considered. */
  readonly successOdds: (features: Features) => number;
};

/**
 * Fits the odds-ratio method of Herley and Schechter (NDSS 2019).
 *
 * Intruders rarely succeed, so successes show how good traffic is distributed. Guesses with another
 * distribution show the intruders. Unlike the paper, mistakes are known too: people who mistype
 * sign in soon after. Expectation maximization fits a mixture of both. Priors make it work for five
 * people, and vanish beside the counts of a million.
 */
export function fitOdds(counts: readonly CellCount[]): OddsModel {
  const guesses = tally(counts, 'guess');
  const successes = tally(counts, 'success');
  const retryShare = retryShareOf(guesses);
  const good = goodGuesses(guesses, successes, retryShare);
  const { share, bad } = mixture(guesses, good);
  const goodPlace = pairShares(successes, (p, c) => GOOD_PLACE[p] * GOOD_CLIENT[c]);
  const badPlace = pairSharesOf(bad);
  const entered = sum(successes);
  const theirs = share * sum(guesses);
  const guessIn = (cells: readonly Features[]): number => {
    const keys = cells.map(keyOf);
    const one = share * sumOf(bad, keys);
    return one / (one + (1 - share) * sumOf(good, keys));
  };
  return {
    share,
    guess: (features) => guessIn([features]),
    openGuess: (features) => guessIn(Revocation.map((ending) => ({ ...features, ending }))),
    placeOdds: (place) => {
      const pairs = CLIENTS.map((client) => `${place} ${client}`);
      return sumOf(badPlace, pairs) / sumOf(goodPlace, pairs);
    },
    clientOdds: (client) => {
      const pairs = PLACES.map((place) => `${place} ${client}`);
      return sumOf(badPlace, pairs) / sumOf(goodPlace, pairs);
    },
    successOdds: (features) => {
      const pair = pairOf(features);
      // Avoid a division by zero in a quiet tenant without successes.
      const prior = (theirs * HITS_PER_GUESS) / Math.max(1, entered);
      return prior * ((badPlace.get(pair) ?? 0) / (goodPlace.get(pair) ?? 1));
    },
  };
}

/** One guess in a hundred succeeds, because sprays try common passwords. */
export const HITS_PER_GUESS = 0.01;

const GOOD_PLACE: Readonly<Record<AddressFamiliarity, number>> = {
  ...{ own: 0.8, company: 0.1, near: 0.05, country: 0.035, foreign: 0.015 },
};
const BAD_PLACE: Readonly<Record<AddressFamiliarity, number>> = {
  ...{ own: 0.002, company: 0.003, near: 0.005, country: 0.3, foreign: 0.69 },
};
const GOOD_CLIENT: Readonly<Record<Client, number>> = { own: 0.9, common: 0.07, rare: 0.03 };
const BAD_CLIENT: Readonly<Record<Client, number>> = { own: 0.05, common: 0.25, rare: 0.7 };
const GOOD_CROWD = { alone: 0.999, crowd: 0.001 } as const;
const BAD_CROWD = { alone: 0.6, crowd: 0.4 } as const;
const BAD_RETRIED = 0.005;

/** Weight of the priors, in attempts. */
const PRIOR_WEIGHT = 20;
/**
 * Weight of the successes in the distribution of mistakes, in corrected mistakes. Successes are far
 * more numerous.
 */
const ENTERED_WEIGHT = 60;
/** Most tenants are not under attack: Beta(1, 30) on the share of intruders among guesses. */
const SHARE_PRIOR = { theirs: 1, others: 30 } as const;
const ROUNDS = 60;

/** All combinations of features. */
export const SPRAY_CELLS: readonly Features[] = PLACES.flatMap((place) =>
  CLIENTS.flatMap((client) =>
    Revocation.flatMap((ending) => CROWDS.map((crowd) => ({ place, client, ending, crowd }))),
  ),
);

/**
 * Single mistakes where people are at home. They are fixed as people's. Otherwise the mixture would
 * assign unexplained mistakes to intruders.
 */
const AT_HOME: ReadonlySet<string> = new Set(
  SPRAY_CELLS.filter(({ place, crowd }) => {
    return (place === 'own' || place === 'company') && crowd === 'alone';
  }).map(keyOf),
);

type Tally = ReadonlyMap<string, number>;

function keyOf({ place, client, ending, crowd }: Features): string {
  return `${place} ${client} ${ending} ${crowd}`;
}

function pairOf({ place, client }: Features): string {
  return `${place} ${client}`;
}

function tally(counts: readonly CellCount[], kind: CellCount['kind']): Tally {
  const found = new Map<string, number>();
  for (const { kind: of, features, attempts } of counts) {
    if (of !== kind) continue;
    const key = keyOf(features);
    found.set(key, (found.get(key) ?? 0) + attempts);
  }
  return found;
}

function sumOf(counts: Tally, keys: readonly string[]): number {
  return keys.reduce((n, key) => n + (counts.get(key) ?? 0), 0);
}

function sum(counts: Tally): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

/** A wrong password from the person's own place and client is a mistake. */
function retryShareOf(guesses: Tally): number {
  const of = (ending: string): number =>
    CROWDS.reduce((n, crowd) => n + (guesses.get(`own own ${ending} ${crowd}`) ?? 0), 0);
  return (of('retried') + 7) / (of('retried') + of('left') + 10);
}

/** The distribution of mistakes: that of corrected ones, mixed with that of successes. */
function goodGuesses(guesses: Tally, successes: Tally, retryShare: number): Map<string, number> {
  const mended = new Map<string, number>();
  for (const cell of SPRAY_CELLS) {
    if (cell.ending !== 'retried') continue;
    const pair = pairOf(cell);
    mended.set(pair, (mended.get(pair) ?? 0) + (guesses.get(keyOf(cell)) ?? 0));
  }
  const entered = pairShares(successes, (p, c) => GOOD_PLACE[p] * GOOD_CLIENT[c]);
  const total = sum(mended);
  const good = new Map<string, number>();
  for (const cell of SPRAY_CELLS) {
    const pair = pairOf(cell);
    const prior = ENTERED_WEIGHT * (entered.get(pair) ?? 0);
    const share = ((mended.get(pair) ?? 0) + prior) / (total + ENTERED_WEIGHT);
    const ending = cell.ending === 'retried' ? retryShare : 1 - retryShare;
    good.set(keyOf(cell), share * ending * GOOD_CROWD[cell.crowd]);
  }
  return good;
}

function mixture(guesses: Tally, good: Tally): { share: number; bad: Map<string, number> } {
  const prior = new Map(SPRAY_CELLS.map((cell) => [keyOf(cell), badPrior(cell)]));
  const total = sum(guesses);
  let bad = new Map(prior);
  let share: number = SHARE_PRIOR.theirs / (SHARE_PRIOR.theirs + SHARE_PRIOR.others);
  for (let round = 0; round < ROUNDS; round++) {
    const theirs = new Map<string, number>();
    for (const [key, count] of guesses) {
      const one = share * (bad.get(key) ?? 0);
      theirs.set(key, (count * one) / (one + (1 - share) * (good.get(key) ?? 0)));
    }
    const all = sum(theirs);
    share = (all + SHARE_PRIOR.theirs) / (total + SHARE_PRIOR.theirs + SHARE_PRIOR.others);
    bad = new Map(
      [...prior].map(([key, weight]) => [
        key,
        AT_HOME.has(key)
          ? weight
          : ((theirs.get(key) ?? 0) + PRIOR_WEIGHT * weight) / (all + PRIOR_WEIGHT),
      ]),
    );
  }
  return { share, bad };
}

function badPrior({ place, client, ending, crowd }: Features): number {
  const ends = ending === 'retried' ? BAD_RETRIED : 1 - BAD_RETRIED;
  return BAD_PLACE[place] * BAD_CLIENT[client] * ends * BAD_CROWD[crowd];
}

/** Shares of each place and client, over all other features. */
function pairShares(
  counts: Tally,
  prior: (place: AddressFamiliarity, client: Client) => number,
): Map<string, number> {
  const total = sum(counts);
  const shares = new Map<string, number>();
  for (const cell of SPRAY_CELLS) {
    const pair = pairOf(cell);
    shares.set(pair, (shares.get(pair) ?? 0) + (counts.get(keyOf(cell)) ?? 0));
  }
  for (const place of PLACES) {
    for (const client of CLIENTS) {
      const pair = `${place} ${client}`;
      const count = (shares.get(pair) ?? 0) + PRIOR_WEIGHT * prior(place, client);
      shares.set(pair, count / (total + PRIOR_WEIGHT));
    }
  }
  return shares;
}

function pairSharesOf(shares: Tally): Map<string, number> {
  const pairs = new Map<string, number>();
  for (const cell of SPRAY_CELLS) {
    const pair = pairOf(cell);
    pairs.set(pair, (pairs.get(pair) ?? 0) + (shares.get(keyOf(cell)) ?? 0));
  }
  return pairs;
}
