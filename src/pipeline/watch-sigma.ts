import { setImmediate } from 'node:timers/promises';
import type { BooksReader } from '../books/index.ts';
import { type FindingDraft, TENANT_NOT_STATED } from '../core/index.ts';
import {
  batches,
  byGroup,
  DAY_MS,
  DAYS_TOGETHER_MAX,
  findingUid,
  type GroupDay,
  isCutOfGroup,
  type RuleContent,
  RuleJudge,
  ruleWatchers,
  type SignalSource,
  THROTTLED,
  type Throttled,
} from '../detect/index.ts';
import { bounded, boundedGroup } from './bounded.ts';
import type { Judge, Judgement } from './judge.ts';
import { FINDINGS_PER_APPEND } from './limits.ts';

export const SIGMA: Judge['name'] = 'sigma';

/** The judge of rules: looks at the groups and days of which signals came or went. */
export function sigmaJudge(content: RuleContent): Judge {
  const rules = new RuleJudge(content);
  let home: string | undefined;
  let homeAsked: string | undefined;
  return {
    name: SIGMA,
    hears: 'events',
    reads: 'state',
    watches: ruleWatchers(content, SIGMA),
    judge: (context) => {
      const { books, fromIndex } = context;
      const homeNow = books.tenantOf(TENANT_NOT_STATED);
      const moved = homeNow === home ? [] : homeless(books, homeNow);
      homeAsked = homeNow;
      return new Look(rules, books).parts([
        books.signals.touchedSince(fromIndex),
        moved.sort(byGroup),
      ]);
    },
    done: (books, toIndex) => {
      // Not before: a look that failed, or was overtaken, has said nothing again of any tenant.
      home = homeAsked;
      books.forgetTouched(toIndex);
    },
  };
}

/** One look at what changed, which may be more than memory holds. */
class Look {
  readonly #rules: RuleJudge;
  readonly #books: BooksReader;
  readonly #source: SignalSource;
  readonly #throttled: ReadonlyMap<string, Throttled>;
  readonly #told = new Set<string>();

  constructor(rules: RuleJudge, books: BooksReader) {
    this.#rules = rules;
    this.#books = books;
    this.#source = sourceOf(books);
    this.#throttled = new Map(
      rules.throttled(this.#source).map((each) => [dayOfStream(each), each]),
    );
  }

  async *parts(touched: readonly Iterable<GroupDay>[]): AsyncGenerator<Judgement> {
    let drafts: FindingDraft[] = [];
    let takenBack: string[] = [];
    for (const some of touched) {
      for (const days of batches(this.#rules.affected(some), DAYS_TOGETHER_MAX)) {
        const found = this.#judge(days);
        takenBack.push(...this.#overtaken(days, found));
        drafts.push(...found, ...this.#throttledOf(days));
        // Else every few findings were an append of their own.
        if (drafts.length + takenBack.length >= FINDINGS_PER_APPEND) {
          yield { drafts, covers: [], takenBack };
          [drafts, takenBack] = [[], []];
        }
        await setImmediate();
      }
    }
    yield { drafts, covers: [], takenBack };
  }

  #judge(days: readonly GroupDay[]): FindingDraft[] {
    const heard = days.filter((each) => !this.#throttled.has(dayOfStream(each)));
    return this.#rules.judge(heard, this.#source);
  }

  /** Rules that fit too often on a day that is looked at, each once. */
  #throttledOf(days: readonly GroupDay[]): FindingDraft[] {
    return days.flatMap((each) => {
      const key = dayOfStream(each);
      const throttled = this.#throttled.get(key);
      if (throttled === undefined || this.#told.has(key)) return [];
      this.#told.add(key);
      return [throttled.draft];
    });
  }

  /**
   * What was said of these groups and days until now, and is not said any more; but for those of
   * which not everything was looked at, lest whoever makes a flood take back what was found.
   */
  #overtaken(days: readonly GroupDay[], found: readonly FindingDraft[]): string[] {
    const cut = found.filter(({ rule }) => rule === THROTTLED);
    const heard = days.filter((each) => {
      const isCut = cut.some((draft) => isCutOfGroup(draft, each));
      return !isCut && !this.#throttled.has(dayOfStream(each));
    });
    const windows = heard.map(({ group, day }) => {
      return { group: boundedGroup(group), windowMs: day * DAY_MS };
    });
    const [{ stream }] = days as [GroupDay];
    const earlier = this.#books.findingsOfGroups(stream, windows);
    if (earlier.length === 0) return [];
    const said = new Set(found.map((draft) => findingUid(bounded(draft))));
    return earlier.flatMap(({ uid, judge }) => (judge !== SIGMA || said.has(uid) ? [] : uid));
  }
}

/** The books, which are asked whose a record is once for each tenant that is stated. */
function sourceOf(books: BooksReader): SignalSource {
  const homes = new Map<string, string>();
  return {
    signals: (stream, spans, atLeast) => books.signals.ofSpans(stream, spans, atLeast),
    signalGroups: (stream, period) => books.signals.groupsOf(stream, period),
    signalCounts: () => books.signals.counts(),
    tenantOf: (stated) => {
      const home = homes.get(stated) ?? books.tenantOf(stated);
      homes.set(stated, home);
      return home;
    },
  };
}

function dayOfStream({ stream, day }: { readonly stream: string; readonly day: number }): string {
  return `${day} ${stream}`;
}

/**
 * What was said of records that state no tenant, before it was known whose they are: it is said
 * again, of that tenant.
 */
function homeless(books: BooksReader, home: string): GroupDay[] {
  if (home === TENANT_NOT_STATED) return [];
  const found = books.findings({ judge: SIGMA, tenant: TENANT_NOT_STATED });
  return found.map(({ draft: { rule: stream, group, windowMs } }) => {
    return { stream, group, day: windowMs / DAY_MS };
  });
}
