/** A value as a CSV cell or a text column holds it. For tests only. */
export function written(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}
