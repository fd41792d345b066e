import type { BooksReader, Judged, Judging, LedgerHead } from '../books/index.ts';
import { no, unknown, yes } from '../core/index.ts';
import {
  type ActionVerdict,
  type Authorisations,
  CAUSE_TEXTS,
  NO_AUTHORISATIONS,
  Reconciler,
} from '../reconcile/index.ts';

/** What decisions and checks of a data folder say of its sign-ins. */
export async function authorisationsOf(_of: {
  readonly books: BooksReader;
}): Promise<Authorisations> {
  return NO_AUTHORISATIONS;
}

/** For statements: what reconciliation says of each action of one principal. */
export function judgingOf(of: { readonly books: BooksReader; readonly head: LedgerHead }): Judging {
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
