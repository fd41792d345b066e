import type { Clock, TenantId } from '@countersign/core';
import {
  type DecisionLog,
  type DirectoryChange,
  type PassEnding,
  type PolicyOutcome,
  passDraft,
  REVOCATIONS_PER_WRITE,
  uuidV7,
} from '@countersign/policy';
import type { DecisionQueue } from '../decisions/decision-queue.ts';
import type { SecurityEvent } from '../ssf/security-event.ts';
import type { SsfPorts } from '../ssf/ssf-ports.ts';
import type { OpenPass, OpenPassTable } from './open-pass-table.ts';
import { BY_POLICY, changeEvent, endedEvent } from './pass-events.ts';

export type PassRevocationOptions = {
  readonly passes: OpenPassTable;
  readonly deciding: DecisionQueue;
  readonly decisionLog: DecisionLog;
  readonly clock: Clock;
  readonly random: SsfPorts['random'];
  /** Our issuer, as receivers know it. */
  readonly issuer: string;
  /** Durable when it resolves. */
  readonly emit: (events: readonly SecurityEvent[]) => Promise<unknown>;
};

/** A directory change and its tenant. */
export type TenantDirectoryChange = { readonly tenant: TenantId; readonly change: DirectoryChange };

/** A queue beside those of callers, with a name that no caller can have. */
const REVOCATION_TASK = { name: 'countersign: passes' };

/**
 * Ends passes as soon as their conditions no longer hold.
 *
 * Each change that may affect a pass evaluates its request again, with current policies and
 * directory. Unknown input ends nothing: an unreachable directory would otherwise lock out a whole
 * company, and passes expire anyway.
 */
export class PassRevocation {
  readonly #options: PassRevocationOptions;
  /** Passes to evaluate. Those in `withdrawn` end unless they are certainly permitted. */
  readonly #marked = new Set<string>();
  readonly #withdrawn = new Set<string>();
  /** Events for receivers, in order. */
  #events: SecurityEvent[] = [];
  #working: Promise<void> | undefined;

  constructor(options: PassRevocationOptions) {
    this.#options = options;
  }

  /** Notes a change. {@link settle} applies it. */
  changed({ tenant, change }: TenantDirectoryChange): void {
    const { passes, clock, random, issuer } = this.#options;
    const atMs = clock.now();
    const event = changeEvent(tenant, change, { issuer, atMs, transaction: uuidV7(atMs, random) });
    if (event !== undefined) this.#events.push(event);
    const found = change.kind === 'anew' ? 'all' : passes.concerned(tenant, change.type, change.id);
    if (found === 'all') {
      this.sweep();
      return;
    }
    for (const id of found) this.#marked.add(id);
    if (!isWithdrawn(change)) return;
    for (const id of found) this.#withdrawn.add(id);
  }

  /** Marks all passes for evaluation, for example after a policy change. */
  sweep(): void {
    for (const id of this.#options.passes.ids()) this.#marked.add(id);
  }

  /** Notes an end that is durable. {@link settle} informs receivers. */
  ended(closed: PassEnding): void {
    const { passes, issuer } = this.#options;
    const kept = passes.get(closed.pass);
    if (kept === undefined) return;
    passes.dropped(closed.pass);
    if (closed.phase === 'ended') this.#events.push(endedEvent(kept.pass, closed, issuer));
  }

  /**
   * Applies all changes; resolves when the result is durable. Failed writes are retried next time.
   * @throws every error of the ledger
   */
  settle(): Promise<void> {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #work(): Promise<void> {
    this.#options.passes.lapse(this.#options.clock.now());
    while (this.#marked.size > 0 || this.#events.length > 0) {
      await this.#tell();
      const over = await this.#evaluateMarked();
      for (let at = 0; at < over.length; at += REVOCATIONS_PER_WRITE) {
        await this.#end(over.slice(at, at + REVOCATIONS_PER_WRITE));
        await this.#tell();
      }
    }
  }

  async #evaluateMarked(): Promise<readonly PassEnding[]> {
    const { passes, deciding, clock } = this.#options;
    const ids = [...this.#marked];
    const over: PassEnding[] = [];
    if (ids.length === 0) return over;
    await deciding.inTurns(REVOCATION_TASK, ids.length, (from, to) => {
      for (const id of ids.slice(from, to)) {
        // Unmark first: a later change marks it again.
        this.#marked.delete(id);
        const isWithdrawn = this.#withdrawn.delete(id);
        const kept = passes.get(id);
        if (kept === undefined) continue;
        const reason = whyOver(deciding.point.evaluate(kept.request), isWithdrawn);
        if (reason !== undefined) over.push(closed(kept, reason, clock.now()));
      }
      return 'on';
    });
    return over;
  }

  async #end(over: readonly PassEnding[]): Promise<void> {
    const open = over.filter(({ pass }) => this.#options.passes.get(pass) !== undefined);
    if (open.length === 0) return;
    try {
      await this.#options.decisionLog.append(open.map(passDraft));
    } catch (error) {
      for (const { pass } of open) {
        this.#marked.add(pass);
        this.#withdrawn.add(pass);
      }
      throw error;
    }
    for (const each of open) this.ended(each);
  }

  async #tell(): Promise<void> {
    const events = this.#events;
    if (events.length === 0) return;
    this.#events = [];
    try {
      await this.#options.emit(events);
    } catch (error) {
      this.#events = [...events, ...this.#events];
      throw error;
    }
  }
}

/** A source that withdraws its statement is a change, not missing knowledge. */
function isWithdrawn(change: DirectoryChange): boolean {
  if (change.kind !== 'attribute') return false;
  const name = `${change.type}.${change.attribute}`;
  if (name !== 'Device.compliant' && name !== 'Person.enabled') return false;
  return change.before !== undefined && change.before !== null && change.after === null;
}

/** Undefined: the pass continues. */
function whyOver(
  { effect, cause, because }: PolicyOutcome,
  isWithdrawnNow: boolean,
): string | undefined {
  if (effect === 'permit') return undefined;
  const isCertain = cause === 'policy' || cause === 'no-policy';
  if (!isCertain && !isWithdrawnNow) return undefined;
  return because.map(({ text }) => text).join('; ');
}

function closed({ pass: { pass, tenant } }: OpenPass, reason: string, atMs: number): PassEnding {
  return { v: 1, phase: 'ended', pass, tenant, atMs, by: BY_POLICY, reason };
}
