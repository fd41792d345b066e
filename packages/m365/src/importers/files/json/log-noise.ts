import {
  CARRIAGE_RETURN,
  LINE_FEED,
  LIST_CLOSES,
  LIST_OPENS,
  OBJECT_OPENS,
} from '../chunks/ascii.ts';

/**
 * `between-lines`: a log, in which each record has text of the logger before it on its line. That
 * text is no record, and neither counted nor kept.
 */
export type NoiseIn = 'nowhere' | 'between-lines';

/** True where text that is no value ends, and something else may begin. */
export function endsNoise(byte: number, noise: NoiseIn, lists: number): boolean {
  if (byte === OBJECT_OPENS || byte === LINE_FEED || byte === CARRIAGE_RETURN) return true;
  if (noise === 'between-lines') return false;
  return byte === LIST_OPENS || (byte === LIST_CLOSES && lists > 0);
}
