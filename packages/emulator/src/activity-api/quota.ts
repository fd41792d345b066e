const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Limits requests per minute of virtual time. Each tenant has a pool per publisher. All callers
 * without a publisher share one pool across tenants.
 */
export class Quota {
  readonly #perMinute: number;
  #refusals = 0;
  readonly #pools = new Map<string, { left: number; atMs: number }>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** True if one more request is within the quota. */
  take(tenantId: string, publisher: string | undefined, nowMs: number): boolean {
    const key = publisher === undefined ? NOBODY : `${tenantId} ${publisher}`;
    const before = this.#pools.get(key) ?? { left: this.#perMinute, atMs: nowMs };
    const gained = ((nowMs - before.atMs) / 60_000) * this.#perMinute;
    const left = Math.min(this.#perMinute, before.left + Math.max(0, gained));
    this.#pools.set(key, { left: left >= 1 ? left - 1 : left, atMs: nowMs });
    if (left < 1) this.#refusals++;
    return left >= 1;
  }

  /** Number of refused requests of all callers. */
  get refusals(): number {
    return this.#refusals;
  }

  /** The caller's name in throttling messages. */
  static nameOf(publisher: string | undefined): string {
    return publisher ?? NOBODY;
  }
}
