import { styleText } from 'node:util';

/** The meaning of a color. The three answers have three colors. */
export type Style = 'heading' | 'faint' | 'strong' | 'yes' | 'no' | 'unknown' | 'plain';

const FORMATS = {
  heading: ['bold'],
  faint: ['dim'],
  strong: ['bold'],
  yes: ['green'],
  no: ['red'],
  unknown: ['yellow'],
  plain: [],
} as const satisfies Record<Style, readonly Parameters<typeof styleText>[0][]>;

/** `text` must be sanitized, because escapes in it afterwards are trusted. */
export function paint(text: string, style: Style): string {
  const formats = FORMATS[style];
  if (formats.length === 0 || text === '') return text;
  return styleText([...formats], text, { validateStream: false });
}

/**
 * FORCE_COLOR decides, then NO_COLOR (https://no-color.org: any non-empty value), then whether the
 * output is a terminal.
 */
export function colorWanted(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: 'terminal' | 'no terminal',
): 'color' | 'no color' {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) {
    return forced === '0' || forced === 'false' ? 'no color' : 'color';
  }
  if ((env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb') return 'no color';
  return isTerminal === 'terminal' ? 'color' : 'no color';
}
