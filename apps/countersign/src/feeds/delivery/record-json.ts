import type { Delivery } from './sink.ts';

const lines = new WeakMap<Delivery, string>();

/** The record as one line of JSON. All feeds that send the same record serialize it once. */
export function recordJson(record: Delivery): string {
  let line = lines.get(record);
  if (line === undefined) {
    line = JSON.stringify(record);
    lines.set(record, line);
  }
  return line;
}
