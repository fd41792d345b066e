import { setImmediate } from 'node:timers/promises';
import { TENANT_NOT_STATED } from '@countersign/core';
import { DAY_MS } from '../../projection/signals/signal-buffer.ts';
import { SIGMA } from '../../projection/signals/signal-plan.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { boundedGroup, boundFinding } from '../findings/bound-finding.ts';
import { findingUid } from '../findings/finding-identity.ts';
import { mergeDrafts } from '../findings/merge.ts';
import type { Detector } from '../runner/detector.ts';
import { ruleProfiles } from '../runner/detector-profile.ts';
import type { DetectorResult } from '../runner/detector-result.ts';
import type { Isolation } from '../runner/isolation.ts';
import { FINDINGS_PER_APPEND } from '../runner/limits.ts';
import { batches, byGroup, DAYS_TOGETHER_MAX, type GroupDay } from './group-days.ts';
import type { RuleContent } from './rule-content.ts';
import { RuleEvaluator, type SignalSource, type ThrottledDay } from './rule-evaluator.ts';
import { isCutOfGroup, THROTTLED } from './throttled-rule.ts';

/** The detector of rules. It evaluates groups and days whose signals changed. */
export function sigmaDetector(content: RuleContent): Detector {
  const rules = new RuleEvaluator(content);
  let home: string | undefined;
  let homeAsked: string | undefined;
  return {
    name: SIGMA,
    hears: 'events',
    reads: 'state',
    profiles: ruleProfiles(content, SIGMA),
    detect: (context) => {
      const { store, fromIndex, isolation } = context;
      const homeNow = store.tenantOf(TENANT_NOT_STATED);
      const moved = homeNow === home ? [] : homeless(store, homeNow);
      homeAsked = homeNow;
      return new RuleRun(rules, store, isolation).parts([
        store.signals.touchedSince(fromIndex),
        moved.sort(byGroup),
        ...isolation.retried.map((stream) => store.signals.groupDays(stream)),
      ]);
    },
    done: async (changes, toIndex) => {
      // Only now: an interrupted or overtaken run has not reported the tenant's findings again.
      home = homeAsked;
      await changes.forgetTouched(toIndex);
    },
  };
}

/** One run over changed groups, which may exceed memory. */
class RuleRun {
  readonly #rules: RuleEvaluator;
  readonly #store: StoreReader;
  readonly #isolation: Isolation;
  readonly #homes = new Map<string, string>();
  readonly #throttled: ReadonlyMap<string, ThrottledDay>;
  /** Reported once at the end, because several streams may report the same rule. */
  readonly #ofThemselves = new Map<string, FindingDraft>();

  constructor(rules: RuleEvaluator, store: StoreReader, isolation: Isolation) {
    this.#rules = rules;
    this.#store = store;
    this.#isolation = isolation;
    this.#throttled = new Map(
      rules.throttled(sourceOf(store, this.#homes)).map((each) => [dayOfStream(each), each]),
    );
  }

  async *parts(touched: readonly Iterable<GroupDay>[]): AsyncGenerator<DetectorResult> {
    let drafts: FindingDraft[] = [];
    let takenBack: string[] = [];
    for (const some of touched) {
      for (const days of batches(this.#rules.affected(some), DAYS_TOGETHER_MAX)) {
        const found = await this.#detector(days);
        if (found === undefined) continue;
        takenBack.push(...this.#overtaken(days, found));
        drafts.push(...found.filter(({ rule }) => rule !== THROTTLED));
        this.#keep([...found.filter(({ rule }) => rule === THROTTLED), ...this.#throttledOf(days)]);
        // Batches findings, because each append costs a disk sync.
        if (drafts.length + takenBack.length >= FINDINGS_PER_APPEND) {
          yield { drafts, covers: [], takenBack };
          [drafts, takenBack] = [[], []];
        }
        await setImmediate();
      }
    }
    this.#keep(this.#throttledUnsaid());
    yield { drafts: [...drafts, ...this.#ofThemselves.values()], covers: [], takenBack };
  }

  /** Undefined if the rule does not run. Its earlier findings then stay. */
  async #detector(days: readonly GroupDay[]): Promise<FindingDraft[] | undefined> {
    const heard = days.filter((each) => !this.#throttled.has(dayOfStream(each)));
    const [{ stream }] = days as [GroupDay];
    const unit = { id: stream, title: this.#rules.titleOf(stream) };
    const found = await this.#isolation.attempt(unit, (store) =>
      this.#rules.evaluateDays(heard, sourceOf(store, this.#homes)),
    );
    return found?.value;
  }

  #keep(drafts: readonly FindingDraft[]): void {
    for (const draft of drafts) {
      const uid = findingUid(draft);
      const earlier = this.#ofThemselves.get(uid);
      this.#ofThemselves.set(uid, earlier === undefined ? draft : mergeDrafts([earlier, draft]));
    }
  }

  /** Rules with too many matches on a day in question, each once. */
  #throttledOf(days: readonly GroupDay[]): FindingDraft[] {
    return days.flatMap((each) => {
      const key = dayOfStream(each);
      const throttled = this.#throttled.get(key);
      return throttled === undefined ? [] : [throttled.draft];
    });
  }

  /**
   * Throttled rules and days without a finding. A group that an erasure emptied is due no more, and
   * all groups of a throttled day may be empty.
   */
  #throttledUnsaid(): FindingDraft[] {
    const drafts = [...this.#throttled.values()].map(({ draft }) => draft);
    const uidOf = (draft: FindingDraft): string => findingUid(boundFinding(draft));
    const said = this.#store.findings.findAll(drafts.map(uidOf));
    return drafts.filter((draft) => {
      return !said.has(uidOf(draft)) && !this.#ofThemselves.has(findingUid(draft));
    });
  }

  /**
   * Earlier findings of these groups and days that no longer hold.
   *
   * Groups that were not examined completely are exempt, so that an attacker's flood cannot
   * withdraw a finding.
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
    const earlier = this.#store.findings.ofGroups(stream, windows);
    if (earlier.length === 0) return [];
    const said = new Set(found.map((draft) => findingUid(boundFinding(draft))));
    return earlier.flatMap(({ uid, detector }) => (detector !== SIGMA || said.has(uid) ? [] : uid));
  }
}

/** Signals of the store, with a cache of each stated tenant's home. */
function sourceOf(store: StoreReader, homes: Map<string, string>): SignalSource {
  return {
    signals: (stream, spans, least) => store.signals.ofSpans(stream, spans, least),
    signalGroups: (stream, period) => store.signals.groupsOf(stream, period),
    signalCounts: () => store.signals.counts(),
    tenantOf: (stated) => {
      const home = homes.get(stated) ?? store.tenantOf(stated);
      homes.set(stated, home);
      return home;
    },
  };
}

function dayOfStream({ stream, day }: { readonly stream: string; readonly day: number }): string {
  return `${day} ${stream}`;
}

/**
 * Groups of records without a tenant from before the tenant was known. They are reported again
 * under that tenant.
 */
function homeless(store: StoreReader, home: string): GroupDay[] {
  if (home === TENANT_NOT_STATED) return [];
  const found = store.findings.list({ detector: SIGMA, tenant: TENANT_NOT_STATED });
  return found.map(({ draft: { rule: stream, group, windowMs } }) => {
    return { stream, group, day: windowMs / DAY_MS };
  });
}
