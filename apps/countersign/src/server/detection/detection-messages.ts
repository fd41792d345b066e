import type { DetectionReport } from '../../detection/runner/detection-runner.ts';
import type { DetectionChanges, DetectionWriter } from '../../detection/runner/detection-writer.ts';
import type { ServeEvent } from '../runtime/server-event.ts';

export type DetectionThreadSetup = {
  readonly dir: string;
  /** Until it is stopped, or once over everything that the store holds. */
  readonly runs: 'repeatedly' | 'once';
  readonly risk: DetectionWriter['risk'];
  /** Undefined: the clock of this machine. */
  readonly emulator: { readonly url: string; readonly ca: string | undefined } | undefined;
};

/** What the detection thread asks of the thread that holds the ledger. */
export type DetectionRequest =
  /** Takes the writer, and gives it back. */
  | { readonly kind: 'begin' | 'end' }
  | { readonly kind: 'lapse' }
  | {
      readonly kind: 'change';
      readonly method: keyof DetectionChanges;
      readonly args: readonly unknown[];
    };

/** `id`: of a request. An `end` has the id of its `begin`. */
export type FromDetection =
  | { readonly kind: 'request'; readonly id: number; readonly request: DetectionRequest }
  | { readonly kind: 'event'; readonly event: ServeEvent }
  /** `report`: of a single run. */
  | { readonly kind: 'finished'; readonly report?: DetectionReport }
  | { readonly kind: 'broken'; readonly message: string };

export type ToDetection =
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'stop' };
