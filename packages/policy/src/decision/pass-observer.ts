import type { DecisionRequest } from './decision.ts';
import type { PassOpening } from './decision-entry.ts';

/** Whoever looks after passes from the moment in which they are decided. */
export interface PassObserver {
  /**
   * A permit is about to open this pass: it is not durable yet, and nobody has it.
   * @throws AccessError NOT_ACCOUNTED: nobody could look after it, so that it MUST NOT be opened
   */
  opening(pass: PassOpening, request: DecisionRequest): void;
  /** It was not opened after all. */
  dropped(pass: string): void;
}
