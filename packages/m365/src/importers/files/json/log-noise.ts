import {
  CARRIAGE_RETURN,
  LINE_FEED,
  LIST_CLOSES,
  LIST_OPENS,
  OBJECT_OPENS,
} from '../chunks/ascii.ts';

/**
 * `between-lines`: a log in which each record follows the logger's text on its line. That text is
 * not a record, and is neither counted nor kept.
 */
export type NoiseIn = 'nowhere' | 'between-lines';

/** Returns true where text that is not a value ends, and a value may begin. */
export function endsNoise(byte: number, noise: NoiseIn, lists: number): boolean {
  if (byte === OBJECT_OPENS || byte === LINE_FEED || byte === CARRIAGE_RETURN) return true;
  if (noise === 'between-lines') return false;
  return byte === LIST_OPENS || (byte === LIST_CLOSES && lists > 0);
}
