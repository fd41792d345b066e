import { checkDrafts, daysOf } from '../access/index.ts';
import type { Judge, JudgeContext, Judgement } from './judge.ts';

/**
 * Says what the checks of sign-ins disagree with. The checks themselves are made before the judges
 * are asked.
 */
export class ChecksJudge implements Judge {
  readonly name: string = 'checks';
  /** A directory, policies or a pass that ended may change what is said of older sign-ins. */
  readonly hears: 'events' | 'entries' = 'entries';

  async judge({ books, fromIndex }: JudgeContext): Promise<Judgement> {
    const days = daysOf(books.access.checkedSince(fromIndex));
    const rows = days.flatMap(({ from, to }) =>
      books.access.disagreements({ fromMs: from, toMs: to }),
    );
    return { drafts: checkDrafts(rows), covers: days };
  }
}
