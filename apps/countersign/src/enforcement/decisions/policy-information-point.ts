import {
  assert,
  type Clock,
  type EntryKind,
  msOfInstant,
  type RecordDraft,
} from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger';
import {
  type DirectoryFile,
  type DirectoryFileBody,
  definitionOf,
  POLICY_INFORMATION_KINDS,
  type PolicyInForceBody,
  PolicyInformation,
  PolicySet,
  type PolicySource,
  type PolicyTextBody,
  type Register,
  type RegisterBody,
} from '@countersign/policy';
import { RESOLVED, SUPPRESSED } from '../../detection/findings/finding-status.ts';
import { catchUpProjection } from '../../projection/catch-up.ts';
import { parseFinding, parseFindingMark } from '../../projection/entries/finding-body.ts';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { SIGMA } from '../../projection/signals/signal-plan.ts';
import type { FindingStatus } from '../../store/rows/entry-rows.ts';
import type { StoreReader } from '../../store/store-reader.ts';

type PolicyInformationSource = {
  readonly store: Pick<StoreReader, 'indicesOfKind' | 'laggingStage' | 'stageCursor'>;
  readonly reader: Pick<LedgerReader, 'body' | 'leaf' | 'size'>;
  /** Without it, whether detection is up to date is unknown. */
  readonly clock?: Clock;
};

const KINDS: readonly EntryKind[] = [...POLICY_INFORMATION_KINDS, 'finding'];

/** The inputs of decisions, read from the ledger and kept up to date. */
export class PolicyInformationPoint {
  readonly information: PolicyInformation = new PolicyInformation();
  readonly #source: PolicyInformationSource;
  #next = 0;

  private constructor(source: PolicyInformationSource) {
    this.#source = source;
  }

  /** Creates one without reading the ledger. */
  static of(source: PolicyInformationSource): PolicyInformationPoint {
    return new PolicyInformationPoint(source);
  }

  static async open(source: PolicyInformationSource): Promise<PolicyInformationPoint> {
    const feed = new PolicyInformationPoint(source);
    await feed.follow();
    return feed;
  }

  /**
   * Reads new entries. The reader MUST be as far as the store. Returns the time from which on
   * checks of sign-ins may have another result.
   */
  async follow(): Promise<number> {
    const { store, reader } = this.#source;
    const { information } = this;
    const found = KINDS.flatMap((kind) =>
      store.indicesOfKind(kind, this.#next).map((index): [number, EntryKind] => [index, kind]),
    );
    const fresh = found.filter(([index]) => index < reader.size).sort(([a], [b]) => a - b);
    let fromMs = Number.POSITIVE_INFINITY;
    for (const [index, kind] of fresh) {
      const body = await reader.body(index);
      this.#next = index + 1;
      if (body.kind !== 'present') continue;
      const value = parsed(body.bytes);
      if (kind === 'finding') await this.#finding(index, value);
      else fromMs = Math.min(fromMs, information.apply(kind, value, index));
    }
    if (fresh.length > 0) {
      const { directory, risks } = information;
      risks.resolve((tenant, name) => directory.find(tenant, 'Person', name)?.id);
    }
    information.risks.setDetectionTime(await this.#detectionMs());
    if (this.#source.clock !== undefined) information.confirmRegisters(this.#source.clock.now());
    return fromMs;
  }

  async #finding(index: number, value: unknown): Promise<void> {
    if (typeof value !== 'object' || value === null) return;
    const body = value as Parameters<typeof parseFinding>[0];
    const finding = parseFinding(body);
    if (finding !== undefined) {
      const { uid, state, draft } = finding;
      const { tenant, rule, severity, principals, lastMs } = draft;
      const { leaf } = await this.#source.reader.leaf(index);
      const raised = { uid, state, tenant, rule, severity, principals, lastMs };
      this.information.risks.raise(raised, msOfInstant(leaf.seen));
    }
    const mark = parseFindingMark(body);
    if (mark === undefined) return;
    const { uid, status, untilMs, atMs } = mark;
    const state = SETTLED.get(status) ?? 'open';
    this.information.risks.settle({ uid, state, untilMs, atMs });
  }

  /** The time up to which rules have evaluated all entries; undefined if no rule ever ran. */
  async #detectionMs(): Promise<number | undefined> {
    const { store, reader, clock } = this.#source;
    if (clock === undefined || store.stageCursor(RULES_STAGE) === 0) return undefined;
    const behind = store.laggingStage(DETECTION_STAGES);
    if (behind === undefined) return clock.now();
    if (behind.index >= reader.size) return undefined;
    return msOfInstant((await reader.leaf(behind.index)).leaf.seen);
  }
}

const SETTLED: ReadonlyMap<FindingStatus, 'suppressed' | 'resolved'> = new Map([
  [SUPPRESSED, 'suppressed'],
  [RESOLVED, 'resolved'],
]);
const DETECTION_STAGES = 'detection/';
/** The cursor of the rules. It is past the beginning if any rule runs. */
export const RULES_STAGE: string = `${DETECTION_STAGES}${SIGMA}`;

/** Drafts entries with the policies' text, unless the ledger has that version. */
export function policyTextEntries(
  { version }: PolicySet,
  source: PolicySource,
  policyInformation: PolicyInformation,
  atMs: number,
): readonly RecordDraft[] {
  if (policyInformation.hasText(version)) return [];
  const { schema, policies } = source;
  const points = source.points?.map(definitionOf);
  const body: PolicyTextBody = {
    v: 1,
    what: 'text',
    version,
    schema,
    policies,
    enforcementPoints: points,
  };
  return [ownEntryDraft('policy', atMs, body, `policy ${version}`)];
}

export type ActivePolicies = {
  readonly source: PolicySource;
  readonly directory: { readonly file: string; readonly read: DirectoryFile } | undefined;
  readonly register: { readonly file: string; readonly read: Register } | undefined;
  readonly by: string;
  /** `decisions`: no operator chose these policies, so they check no sign-ins. */
  readonly only?: PolicyInForceBody['only'];
  /** The ledger's content if it was read already, because reading takes a while. */
  readonly information?: PolicyInformation | undefined;
};

/** Activates policies, with the directory and register that were written for them. */
export async function activatePolicies(
  writer: LedgerWriter,
  { source, directory, register, by, only, ...known }: ActivePolicies,
): Promise<{ readonly version: string; readonly entries: readonly number[] }> {
  const information = known.information ?? (await PolicyInformationPoint.open(writer)).information;
  const set = PolicySet.parse(source);
  const { version } = set;
  const atMs = writer.clock.now();
  const drafts = [...policyTextEntries(set, source, information, atMs)];
  if (directory !== undefined) {
    drafts.push(ownEntryDraft('directory', atMs, directoryFileBody(directory, atMs)));
  }
  if (register !== undefined) {
    const { file, read } = register;
    const body: RegisterBody = { v: 1, what: 'register', file, readMs: atMs, register: read };
    drafts.push(ownEntryDraft('directory', atMs, body));
  }
  if (!information.isInForce(version, only)) {
    const body: PolicyInForceBody = { v: 1, what: 'in-force', version, by, atMs, only };
    drafts.push(ownEntryDraft('policy', atMs, body));
  }
  const appended = await writer.ledger.append(drafts);
  await catchUpProjection(writer);
  assert(appended.length === drafts.length, 'every draft has its outcome');
  return { version, entries: appended.map(({ index }) => index) };
}

/** The body of the entry for a directory file. */
export function directoryFileBody(
  { file, read }: NonNullable<ActivePolicies['directory']>,
  readMs: number,
): DirectoryFileBody {
  return { v: 1, what: 'file', file, readMs, directory: read };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // Only Countersign writes these entries. An unreadable one states nothing, and fsck reports
    // why.
    return undefined;
  }
}
