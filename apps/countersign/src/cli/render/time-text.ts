/** `2024-01-12 08:31:07`, UTC: what people compare; `--json` has the rest. */
export function timeText(ms: number | null): string {
  return ms === null ? '…' : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** As {@link timeText}, of RFC 3339. */
export function instantText(instant: string | null): string {
  return instant === null ? '…' : instant.slice(0, 19).replace('T', ' ');
}
