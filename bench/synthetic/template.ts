/**
 * A record with holes. Everything that is the same in all records of a kind is bytes made once;
 * a hole `{{name}}` is filled for each record. No hole's value has a quote, a backslash or a
 * line break, so the same holes serve JSON and JSON in a quoted CSV cell.
 */
export const HOLES = [
  // Of the record.
  'id',
  'time',
  'usTime',
  'issued',
  'index',
  'count',
  'session',
  'correlation',
  // Of the person who acts, and of another.
  'upn',
  'name',
  'puid',
  'objectId',
  'sid',
  'mailbox',
  'device',
  'deviceName',
  'ip',
  'ipPort',
  'otherUpn',
  'otherName',
  'otherPuid',
  'otherObjectId',
  'otherMailbox',
  // Made afresh each time they occur.
  'guid',
  'token',
  'number',
  'size',
  'entry',
  'server',
  'word',
  'site',
  'folder',
  'file',
] as const;

export type Hole = (typeof HOLES)[number];

export type Template = {
  readonly weight: number;
  /** Literal, hole, literal, …, literal: one literal more than holes. */
  readonly literals: readonly Buffer[];
  readonly holes: Uint8Array;
  readonly bytesMax: number;
};

/** No value of a hole is longer. */
const VALUE_BYTES_MAX = 120;
const HOLE = /\{\{(\w+)\}\}/;

export function template(text: string, weight: number): Template {
  const pieces = text.split(HOLE);
  const literals = pieces.filter((_, i) => i % 2 === 0).map((piece) => Buffer.from(piece));
  const names = pieces.filter((_, i) => i % 2 === 1);
  const holes = Uint8Array.from(names, (name) => {
    const number = (HOLES as readonly string[]).indexOf(name);
    if (number < 0) throw new Error(`there is no hole named ${name}`);
    return number;
  });
  const literalBytes = literals.reduce((sum, literal) => sum + literal.length, 0);
  return { weight, literals, holes, bytesMax: literalBytes + holes.length * VALUE_BYTES_MAX };
}
