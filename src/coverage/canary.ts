import { instantOfMs, type SourceId } from '../core/index.ts';
import { CANARY_DELAYS_MIN, CANARY_PATIENCE_MS, CANARY_PERIOD_MS, EXPIRY_MS } from './limits.ts';
import type { Observation, ObservedDelays } from './observation.ts';
import { DelaySketch } from './sketch.ts';

/**
 * What a canary does in a workload: harmless, in what belongs to its own identity alone, and such
 * that the vendor's service records it as it records what people do.
 */
export type CanaryAct =
  /** Makes a draft in its own mailbox and deletes the one before (`Create`, `HardDelete`). */
  | 'draft'
  /** Writes a file of its own site anew (`FileModified`). */
  | 'file'
  /** Writes to a chat with itself (`MessageCreatedHasLink` and the like). */
  | 'chat'
  /** Gets a token anew (`UserLoggedIn`; a row of its own in every sign-in log). */
  | 'sign-in'
  /** Sets an attribute of its own account (`Update user.`). */
  | 'attribute';

/** Which act tells of which workload, and through which feeds its record must come. */
export type CanaryPlan = {
  readonly tenant: string;
  readonly workload: string;
  readonly act: CanaryAct;
  readonly sources: readonly SourceId[];
  readonly periodMs: number;
};

/** A plan for every workload of which some collected source carries the record. */
export function canaryPlans(
  tenant: string,
  collected: readonly SourceId[],
  periodMs: number = CANARY_PERIOD_MS,
): CanaryPlan[] {
  return ACTS.flatMap(({ workload, act, sources }) => {
    const wanted = sources.filter((source) => collected.includes(source));
    return wanted.length === 0 ? [] : [{ tenant, workload, act, sources: wanted, periodMs }];
  });
}

const QUERY = 'graph/auditLogQuery';
const ACTS: readonly Omit<CanaryPlan, 'tenant' | 'periodMs'>[] = [
  { workload: 'Exchange', act: 'draft', sources: ['m365.activity/Audit.Exchange', QUERY] },
  { workload: 'SharePoint', act: 'file', sources: ['m365.activity/Audit.SharePoint', QUERY] },
  { workload: 'MicrosoftTeams', act: 'chat', sources: ['m365.activity/Audit.General', QUERY] },
  {
    workload: 'AzureActiveDirectory',
    act: 'sign-in',
    sources: [
      'm365.activity/Audit.AzureActiveDirectory',
      'graph/signIns',
      'azure-monitor/SignInLogs',
      'azure-monitor/NonInteractiveUserSignInLogs',
      'azure-monitor/ServicePrincipalSignInLogs',
    ],
  },
  {
    workload: 'Directory',
    act: 'attribute',
    sources: ['graph/directoryAudits', 'azure-monitor/AuditLogs'],
  },
];

/**
 * Acts under the canary's identity. It needs a right to write, which collectors do not have.
 * MUST resolve once the act is done, with what its record will show in each feed; MUST reject when
 * it was not done, and then nothing is waited for. MUST NOT touch what belongs to anybody else.
 */
export interface CanarySender {
  send(plan: CanaryPlan, mark: string): Promise<readonly CanarySign[]>;
}

/** The record id, or a text in the name of what was acted on, by which a feed's record is known. */
export type CanarySign = { readonly source: SourceId; readonly sign: string };

/**
 * When the canary of the period that holds `nowMs` is to be sent: at another moment of each
 * period, and of each workload, so that nothing can be tuned to it. `seed` MUST be secret.
 */
export function canaryTimeMs(plan: CanaryPlan, nowMs: number, seed: number): number {
  const period = Math.floor(nowMs / plan.periodMs);
  const mixed = mix(`${seed}\n${plan.tenant}\n${plan.workload}\n${period}`);
  return period * plan.periodMs + Math.floor(mixed * plan.periodMs);
}

/** FNV-1a with a last stir: spread evenly, and no more is asked of it. */
function mix(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 15)) >>> 0) / 0x1_0000_0000;
}

/** A canary that was sent, in one feed. */
export type CanaryWait = CanarySign & {
  readonly tenant: string;
  readonly workload: string;
  readonly sentMs: number;
  readonly periodMs: number;
};

type Waiting = CanaryWait & { readonly isOverdue: boolean };

/**
 * Waits for the records of canaries in every feed, and judges: come back, overdue, come after all.
 * Each judgement is an observation; what is judged again replaces what was said before. All of it
 * can be kept and taken up again.
 */
export class CanaryWatch {
  readonly #waiting = new Map<string, Waiting>();
  readonly #delays = new Map<string, DelaySketch>();

  constructor(kept: KeptWatch = { waiting: [], delays: [] }) {
    for (const each of kept.waiting) this.#waiting.set(nameOf(each), each);
    for (const { feed, delays } of kept.delays) this.#sketch(feed).addObserved(delays);
  }

  sent(wait: CanaryWait): void {
    this.#waiting.set(nameOf(wait), { ...wait, isOverdue: false });
  }

  /** Signs that are waited for in a feed. */
  signs(source: SourceId): ReadonlySet<string> {
    const waiting = [...this.#waiting.values()].filter((each) => each.source === source);
    return new Set(waiting.map(({ sign }) => sign));
  }

  /**
   * A feed brought the record, which had become available at `availableMs` (else when it was read):
   * how long we were away is no delay of the feed. Undefined for one that nobody waits for.
   */
  seen(
    sign: CanarySign & { readonly tenant: string },
    atMs: number,
    availableMs: number = atMs,
  ): Observation | undefined {
    const name = nameOf(sign);
    const wait = this.#waiting.get(name);
    if (wait === undefined) return undefined;
    this.#waiting.delete(name);
    const sketch = new DelaySketch();
    sketch.add(availableMs - wait.sentMs);
    this.#sketch(feedOf(wait)).merge(sketch);
    return judged(wait, atMs, sketch.observed());
  }

  /** Those that are overdue by now and were not before; what has expired is waited for no more. */
  overdue(nowMs: number): Observation[] {
    const judgements: Observation[] = [];
    for (const [name, wait] of this.#waiting) {
      if (!wait.isOverdue && nowMs >= wait.sentMs + this.patienceMs(wait)) {
        this.#waiting.set(name, { ...wait, isOverdue: true });
        judgements.push(judged(wait, nowMs, null));
      }
      // What comes later than content is kept does not come.
      if (nowMs >= wait.sentMs + 2 * EXPIRY_MS) this.#waiting.delete(name);
    }
    return judgements;
  }

  /** How long a canary of this feed is waited for: its own p99, once that is known. */
  patienceMs(feed: Pick<CanaryWait, 'tenant' | 'source' | 'workload'>): number {
    const sketch = this.#sketch(feedOf(feed));
    if (sketch.n < CANARY_DELAYS_MIN) return CANARY_PATIENCE_MS;
    return sketch.ceilingAtRank(Math.ceil(0.99 * sketch.n));
  }

  /** JSON all through. */
  keep(): KeptWatch {
    return {
      waiting: [...this.#waiting.values()],
      delays: [...this.#delays].flatMap(([feed, sketch]) => {
        const delays = sketch.observed();
        return delays === null ? [] : [{ feed, delays }];
      }),
    };
  }

  #sketch(feed: string): DelaySketch {
    let sketch = this.#delays.get(feed);
    if (sketch === undefined) {
      sketch = new DelaySketch();
      this.#delays.set(feed, sketch);
    }
    return sketch;
  }
}

export type KeptWatch = {
  readonly waiting: readonly Waiting[];
  readonly delays: readonly { readonly feed: string; readonly delays: ObservedDelays }[];
};

function nameOf({ tenant, source, sign }: CanarySign & { readonly tenant: string }): string {
  return JSON.stringify([tenant, source, sign]);
}

function feedOf({ tenant, source, workload }: Pick<CanaryWait, 'tenant' | 'source' | 'workload'>) {
  return JSON.stringify([tenant, source, workload]);
}

function judged(wait: CanaryWait, atMs: number, delays: ObservedDelays | null): Observation {
  const { tenant, source, workload, sentMs, periodMs } = wait;
  const isSeen = delays !== null;
  return {
    v: 2,
    collector: 'canary',
    tenant,
    source,
    workload,
    subject: null,
    from: instantOfMs(sentMs) ?? '',
    to: instantOfMs(sentMs + periodMs) ?? '',
    axis: 'event',
    outcome: isSeen ? 'complete' : 'partial',
    listed: 0,
    fetched: 0,
    records: isSeen ? 1 : 0,
    duplicates: 0,
    parked: 0,
    because: isSeen ? null : 'a canary did not come back within its time',
    code: isSeen ? null : 'canary',
    delays,
    canaries: { sent: 1, seen: isSeen ? 1 : 0 },
    at: instantOfMs(atMs) ?? '',
  };
}
