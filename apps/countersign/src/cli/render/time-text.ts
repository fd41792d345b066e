/** `2024-01-12 08:31:07`, UTC. `--json` has the full precision. */
export function timeText(ms: number | null): string {
  return ms === null ? '…' : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** As {@link timeText}, for RFC 3339. */
export function instantText(instant: string | null): string {
  return instant === null ? '…' : instant.slice(0, 19).replace('T', ' ');
}
