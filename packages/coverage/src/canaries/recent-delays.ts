import { DelaySketch, type ObservedDelays } from '../delay-sketch.ts';
import { CANARY_DELAYS_KEPT } from '../limits.ts';

/** The delays of the last canaries. A month-old delay says nothing about today. */
export class RecentDelays {
  #before = new DelaySketch();
  #now = new DelaySketch();

  add(delays: ObservedDelays): void {
    if (this.#now.n >= CANARY_DELAYS_KEPT) {
      this.#before = this.#now;
      this.#now = new DelaySketch();
    }
    this.#now.addObserved(delays);
  }

  sketch(): DelaySketch {
    const both = new DelaySketch();
    both.merge(this.#before);
    both.merge(this.#now);
    return both;
  }
}
