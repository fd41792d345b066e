import { randomFillSync } from 'node:crypto';
import type { Random } from './clock.ts';

/** The machine's own randomness. Tests bring theirs. */
export const systemRandom: Random = { fill: (into) => randomFillSync(into) };
