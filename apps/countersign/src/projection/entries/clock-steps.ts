import type { RecordDraft } from '@countersign/core';
import type { ClockStep } from '@countersign/ledger';
import { ANY, CLOCK_STEPPED, type CoverageRow } from '../../store/rows/entry-rows.ts';
import { ownEntryDraft } from './own-entry.ts';

/** What an entry of kind `act` says of a wall clock that did not go on as time did. */
type ClockStepBody = ClockStep & { readonly v: 1; readonly what: 'clock-step' };

/**
 * Steps that the sequencer told of and that are no entry yet: it tells in the middle of a batch,
 * and nothing can be appended there.
 */
export class ClockSteps {
  #noticed: ClockStep[] = [];

  notice(step: ClockStep): void {
    this.#noticed.push(step);
  }

  get count(): number {
    return this.#noticed.length;
  }

  /** The entries to append now; they are then no longer waited for. */
  take(nowMs: number): RecordDraft[] {
    return this.#noticed.splice(0).map(({ expectedMs, actualMs, index }) => {
      const times = { expectedMs: Math.round(expectedMs), actualMs: Math.round(actualMs) };
      const body: ClockStepBody = { v: 1, what: 'clock-step', ...times, index };
      return ownEntryDraft('act', nowMs, body);
    });
  }
}

/**
 * The interval of a clock step: entries of that time may have another time, so coverage of every
 * source is unknown there. None for other entries.
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
