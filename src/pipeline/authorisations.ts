import type { Pass } from '../access/index.ts';
import type { BooksReader, CheckRow, Judged, Judging, LedgerHead } from '../books/index.ts';
import { no, unknown, yes } from '../core/index.ts';
import type { LedgerReader } from '../ledger/index.ts';
import {
  type ActionVerdict,
  type Authorisations,
  CAUSE_TEXTS,
  type PassBounds,
  Reconciler,
  type Standing,
} from '../reconcile/index.ts';
import { KnowledgeFeed } from './knowledge.ts';
import { knownPasses } from './passes.ts';

/** What decisions, checks and the register of a data folder say of its sign-ins. */
export async function authorisationsOf({
  books,
  ledger,
}: {
  readonly books: BooksReader;
  /** Without it nobody can say which workload identities are registered. */
  readonly ledger?: LedgerReader | undefined;
}): Promise<Authorisations> {
  return {
    async *standings({ fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY }) {
      // As of the end of time: what a pass was bound to does not change by its lapsing.
      const passes = new Map(
        knownPasses(books.access, Number.POSITIVE_INFINITY).map((pass) => [pass.decision, pass]),
      );
      for (const check of books.access.checks()) {
        const index = check.entries.at(-1);
        if (index === undefined || check.timeMs < fromMs || check.timeMs >= toMs) continue;
        const standing = standingOf(check);
        const pass = check.decision === null ? undefined : passes.get(check.decision);
        yield { index, standing, pass: pass === undefined ? undefined : boundsOf(pass) };
      }
    },
    registered: async () => {
      if (ledger === undefined) return new Map();
      return (await KnowledgeFeed.open({ books, reader: ledger })).knowledge.registered;
    },
  };
}

/** A sign-in that policy would not have let in has nothing behind it, whoever decided. */
function standingOf({ state, disagreements }: CheckRow): Standing {
  if (disagreements.length > 0) return 'failed';
  return state === 'unverified' ? 'unknown' : state;
}

function boundsOf({ openedMs, expiresMs, state, closedMs, constraints }: Pass): PassBounds {
  const { app, device, address } = constraints;
  return {
    ...{ openedMs, expiresMs, endedMs: state === 'ended' ? closedMs : null },
    ...{ app: app?.toLowerCase() ?? null, device: device?.toLowerCase() ?? null, address },
  };
}

/** For statements: what reconciliation says of each action of one principal. */
export function judgingOf(of: {
  readonly books: BooksReader;
  readonly head: LedgerHead;
  readonly ledger: LedgerReader;
}): Judging {
  const { books, head } = of;
  return async (rows) => {
    const authorisations = await authorisationsOf(of);
    const reconciler = new Reconciler(books, { authorisations, coverage: books.coverage() });
    const times = rows.map(({ event }) => event.timeMs);
    if (times.length === 0) return new Map();
    const period = {
      fromMs: times.reduce((a, b) => Math.min(a, b)),
      toMs: times.reduce((a, b) => Math.max(a, b)) + 1,
    };
    const found = await reconciler.of(
      rows.map(({ index }) => index),
      period,
    );
    return new Map([...found].map(([index, verdict]) => [index, judgedOf(verdict, head)]));
  };
}

function judgedOf(found: ActionVerdict, { origin }: LedgerHead): Judged {
  const { verdict, cause, index, signIn } = found;
  const evidence = [index, ...(signIn === null ? [] : [signIn])].map((i) => ({ origin, index: i }));
  switch (verdict) {
    case 'accounted':
      return { verdict, authorisation: yes(evidence) };
    case 'unaccounted':
      return { verdict, authorisation: no(evidence) };
    case 'unknown':
      return { verdict, authorisation: unknown({ code: cause, text: CAUSE_TEXTS[cause] }) };
  }
}
