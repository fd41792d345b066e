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
import type { SsfWorld } from '../ssf/ssf-ports.ts';
import type { OpenPass, OpenPassTable } from './open-pass-table.ts';
import { BY_POLICY, changeEvent, endedEvent } from './pass-events.ts';

export type PassRevocationOptions = {
  readonly passes: OpenPassTable;
  readonly deciding: DecisionQueue;
  readonly decisionLog: DecisionLog;
  readonly clock: Clock;
  readonly random: SsfWorld['random'];
  /** As receivers know us. */
  readonly issuer: string;
  /** Durable when it resolves. */
  readonly emit: (events: readonly SecurityEvent[]) => Promise<unknown>;
};

/** A change, and in whose directory. */
export type TenantDirectoryChange = { readonly tenant: TenantId; readonly change: DirectoryChange };

/** In turns with all callers, under a name that none of them can have. */
const REVOCATION_TASK = { name: 'countersign: passes' };

/**
 * Ends passes as soon as what they rest on is gone: the request of each is judged again, by the
 * policies and the directory of now, whenever a change may concern it. What nobody can tell ends
 * nothing: a directory that is away would throw out a whole company, whose passes lapse anyway.
 */
export class PassRevocation {
  readonly #options: PassRevocationOptions;
  /** To be judged again; those in `withdrawn` end unless they are permitted for certain. */
  readonly #marked = new Set<string>();
  readonly #withdrawn = new Set<string>();
  /** To be told to receivers, in order. */
  #events: SecurityEvent[] = [];
  #working: Promise<void> | undefined;

  constructor(options: PassRevocationOptions) {
    this.#options = options;
  }

  /** Something changed. What follows from it is done by {@link settle}. */
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

  /** All passes are judged again, e.g. by other policies. */
  sweep(): void {
    for (const id of this.#options.passes.ids()) this.#marked.add(id);
  }

  /** A pass was ended, by whomever: durable already. Receivers are told by {@link settle}. */
  ended(closed: PassEnding): void {
    const { passes, issuer } = this.#options;
    const kept = passes.get(closed.pass);
    if (kept === undefined) return;
    passes.dropped(closed.pass);
    if (closed.phase === 'ended') this.#events.push(endedEvent(kept.pass, closed, issuer));
  }

  /**
   * Does all that there is to be done, and resolves when it is durable. One that could not be
   * written is tried again the next time.
   * @throws whatever the ledger throws
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
        // Unmarked first: whatever changes from here on marks it again.
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

/** Somebody who vouched for it does so no more: that is no lack of knowledge. */
function isWithdrawn(change: DirectoryChange): boolean {
  if (change.kind !== 'attribute') return false;
  const name = `${change.type}.${change.attribute}`;
  if (name !== 'Device.compliant' && name !== 'Person.enabled') return false;
  return change.before !== undefined && change.before !== null && change.after === null;
}

/** Undefined: it goes on. */
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
