import type { RecordDraft } from '@countersign/core';
import type { ClockStep } from '@countersign/ledger';
import { ANY, CLOCK_STEPPED, type CoverageRow } from '../../store/rows/entry-rows.ts';
import { ownEntryDraft } from './own-entry.ts';

/** The body of an entry of kind `act` about a step of the wall clock. */
type ClockStepBody = ClockStep & { readonly v: 1; readonly what: 'clock-step' };

/**
 * Clock steps without an entry. The sequencer reports them during a batch, when nothing can be
 * appended.
 */
export class ClockSteps {
  #noticed: ClockStep[] = [];

  notice(step: ClockStep): void {
    this.#noticed.push(step);
  }

  get count(): number {
    return this.#noticed.length;
  }

  /** Returns the entries to append, and forgets the steps. */
  take(nowMs: number): RecordDraft[] {
    return this.#noticed.splice(0).map(({ expectedMs, actualMs, index }) => {
      const times = { expectedMs: Math.round(expectedMs), actualMs: Math.round(actualMs) };
      const body: ClockStepBody = { v: 1, what: 'clock-step', ...times, index };
      return ownEntryDraft('act', nowMs, body);
    });
  }
}

/**
 * Coverage after a clock step: events and entries in its interval may have another time, so every
 * source is unknown there. Empty for another act.
 */
export function clockStepCoverage(index: number, act: object): CoverageRow[] {
  const { what, expectedMs, actualMs } = act as Partial<ClockStepBody>;
  if (what !== 'clock-step' || !isTime(expectedMs) || !isTime(actualMs)) return [];
  return [
    {
      index,
      tenant: ANY,
      source: ANY,
      workload: null,
      subject: null,
      fromMs: Math.min(expectedMs, actualMs),
      toMs: Math.max(expectedMs, actualMs),
      state: 'unknown',
      bound: null,
      because: CLOCK_STEPPED,
    },
  ];
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
