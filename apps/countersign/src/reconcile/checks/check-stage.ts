import { type Interval, type IntervalSet, interval, normalize } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger/reader';
import { createMemo, type Memo, signInDetail } from '@countersign/ocsf';
import { JOIN_BEFORE_MS, type PolicyInformation } from '@countersign/policy';
import { type DetectionWriter, detectionWriter } from '../../detection/runner/detection-writer.ts';
import { PolicyInformationPoint } from '../../enforcement/decisions/policy-information-point.ts';
import type { Pass } from '../../enforcement/passes/pass.ts';
import { knownPasses } from '../../enforcement/passes/pass-ledger.ts';
import { compareByDetail, parseBody } from '../../projection/deliveries.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { CheckRow } from '../../store/sqlite/check-table.ts';
import type { DecisionRow, PassFilter } from '../../store/sqlite/decision-table.ts';
import { CHECKS_STAGE } from '../../store/store-layout.ts';
import { StoreReader } from '../../store/store-reader.ts';
import { checkSignIn } from './check-sign-in.ts';
import { exactMatch, SIGN_IN_ENDPOINTS } from './match-decision.ts';
import { type ReportedSignIn, reportedSignIn } from './reported-sign-in.ts';

const DAY_MS = 86_400_000;
/** Sign-ins per batch. With their records and decisions they take several hundred megabytes. */
const SIGN_INS_TOGETHER = 50_000;

/** Readers of the ledger and the store for later stages. */
export type CheckReaders = { readonly store: StoreReader; readonly ledger: LedgerReader };

/** Checks everything in the store once. */
export async function checkSignIns(writer: LedgerWriter, together?: number): Promise<void> {
  await writer.ledger.publish();
  const ledger = await LedgerReader.open(writer.dir);
  const store = await StoreReader.open(writer.dir, { clock: writer.clock });
  try {
    const here = detectionWriter(writer, (work) => work());
    await new CheckStage(here, { store, ledger }, together).run();
  } finally {
    store.close();
    ledger.close();
  }
}

/**
 * Checks every sign-in in the affected times: does it have a decision, and if not, what do the
 * company's policies say?
 *
 * The results are derived, and a rebuild recomputes them.
 */
export class CheckStage {
  readonly #writer: DetectionWriter;
  readonly #readers: CheckReaders;
  readonly #feed: PolicyInformationPoint;
  readonly #together: number;

  constructor(
    writer: DetectionWriter,
    readers: CheckReaders,
    together: number = SIGN_INS_TOGETHER,
  ) {
    this.#together = together;
    this.#writer = writer;
    this.#readers = readers;
    this.#feed = PolicyInformationPoint.of({
      store: readers.store,
      reader: readers.ledger,
      clock: writer.clock,
    });
  }

  /** The readers MUST be as far as the store. */
  async run(): Promise<void> {
    const { store } = this.#readers;
    const { alone, changes } = this.#writer;
    const toIndex = store.cursor;
    const fromIndex = store.stageCursor(CHECKS_STAGE);
    if (fromIndex >= toIndex) return;
    const checkedFromMs = await this.#feed.follow();
    // There is no policy and no decision, so there is nothing to check against.
    const isChecked = this.#feed.information.isChecking;
    if (!isChecked && !store.hasKind('decision')) return;
    // An import that finished meanwhile has run the checks further. This run's older results must
    // not replace those.
    const unlessOvertaken = async (work: () => Promise<void>): Promise<boolean> => {
      let isOvertaken = false;
      await alone(async () => {
        isOvertaken = (await changes.stageCursor(CHECKS_STAGE)) !== fromIndex;
        if (!isOvertaken) await work();
      });
      return !isOvertaken;
    };
    const touched = this.#touched(fromIndex, checkedFromMs);
    for await (const { from, to } of this.#parts(touched)) {
      const rows = await this.#check(from, to, this.#feed.information);
      const period = { fromMs: from, toMs: to, upTo: toIndex };
      const isKept = await unlessOvertaken(() => changes.keepChecks(period, rows));
      if (!isKept) return;
    }
    await unlessOvertaken(() => changes.setStageCursor(CHECKS_STAGE, toIndex));
  }

  /** Event times whose checks may change. */
  #touched(fromIndex: number, checkedFromMs: number): IntervalSet {
    const { store } = this.#readers;
    const decided = store.access
      .decisionTimesSince(fromIndex, SIGN_IN_ENDPOINTS)
      .map((atMs) => interval(atMs - JOIN_BEFORE_MS, atMs + JOIN_BEFORE_MS));
    const ended = store.access
      .passEntriesSince(fromIndex)
      .filter(({ phase }) => phase === 'ended')
      .map(({ atMs }) => interval(atMs, Math.max(this.#writer.clock.now(), atMs) + 1));
    return normalize([
      ...store.touchedSince(fromIndex),
      ...store.access.unjudged(checkedFromMs),
      ...decided,
      ...ended,
    ]);
  }

  /**
   * In order, cut so that each part fits into memory. No sign-in is matched with decisions of other
   * days, because an attacker may choose the request id.
   */
  async *#parts(touched: IntervalSet): AsyncGenerator<Interval> {
    for (const { from, to } of touched) {
      const hours = await this.#readers.store.access.signInHours({ fromMs: from, toMs: to });
      let [begun, held] = [from, 0];
      for (const [hourMs, signIns] of hours) {
        const isNextDay = Math.floor(hourMs / DAY_MS) > Math.floor(begun / DAY_MS);
        if (held > 0 && (isNextDay || held + signIns > this.#together)) {
          yield interval(begun, hourMs);
          [begun, held] = [hourMs, 0];
        }
        held += signIns;
      }
      yield interval(begun, to);
    }
  }

  async #check(
    fromMs: number,
    toMs: number,
    policyInformation: PolicyInformation,
  ): Promise<CheckRow[]> {
    const { store } = this.#readers;
    const memo = createMemo();
    // A decision may belong to a sign-in just outside the part.
    const near = { fromMs: fromMs - 2 * JOIN_BEFORE_MS, toMs: toMs + 2 * JOIN_BEFORE_MS };
    const decisions = store.access.decisions({ ...near, enforcementPoints: SIGN_IN_ENDPOINTS });
    const byPrincipal = Map.groupBy(decisions, ({ principal }) => principal);
    const byRequest = Map.groupBy(decisions, ({ requestId }) => requestId);
    const signIns: ReportedSignIn[] = [];
    const taken = new Set<string>();
    for await (const row of store.access.signIns(
      decisions.length === 0 ? { fromMs, toMs } : near,
    )) {
      const signIn = reportedSignIn(row, await detailOf(row, this.#readers.ledger, memo));
      if (signIn === undefined) continue;
      const named = (signIn.detail?.requests ?? []).flatMap((each) => byRequest.get(each) ?? []);
      const exact = exactMatch(signIn, named.sort(inOrder));
      if (exact !== undefined) taken.add(exact.id);
      if (row.event.timeMs >= fromMs && row.event.timeMs < toMs) signIns.push(signIn);
    }
    if (signIns.length === 0) return [];
    const passes = passesByPrincipal(store, { liveFromMs: fromMs, liveToMs: toMs });
    return signIns.map((signIn) =>
      checkSignIn(signIn, {
        information: policyInformation,
        risk: this.#writer.risk,
        decisions: signIn.names.flatMap((name) => byPrincipal.get(name) ?? []),
        taken,
        passes: signIn.names.flatMap((name) => passes.get(name) ?? []),
      }),
    );
  }
}

/** Sign-in details that the event lacks, from the most detailed delivery that has them. */
export async function detailOf(
  { entries, tenant, erased }: EventRow,
  ledger: LedgerReader,
  memo: Memo,
): Promise<Detail> {
  if (erased) return undefined;
  const found: { leaf: Leaf; body: Uint8Array }[] = [];
  for (const index of entries) {
    if (index >= ledger.size) continue;
    const body = await ledger.body(index);
    if (body.kind !== 'present') continue;
    found.push({ leaf: (await ledger.leaf(index)).leaf, body: body.bytes });
  }
  for (const { leaf, body } of found.sort(compareByDetail)) {
    const { source, id, at } = leaf;
    const detail = signInDetail({ source, tenant, id, at, value: parseBody(body) }, memo);
    if (detail !== undefined) return detail;
  }
  return undefined;
}

type Detail = ReturnType<typeof signInDetail>;
type Leaf = Awaited<ReturnType<LedgerReader['leaf']>>['leaf'];

function inOrder(a: DecisionRow, b: DecisionRow): number {
  return a.index - b.index;
}

/** As of the end of time. The check decides which pass was open when. */
function passesByPrincipal(
  { access }: StoreReader,
  filter: PassFilter,
): ReadonlyMap<string, readonly Pass[]> {
  const passes = knownPasses(access, Number.POSITIVE_INFINITY, filter);
  return Map.groupBy(passes, ({ principal }) => principal.id.toLowerCase());
}
