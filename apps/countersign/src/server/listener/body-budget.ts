/**
 * Bytes of each body that count against no limit, so that a normal request is never refused because
 * others are large. The connection limit bounds their sum.
 */
export const BODY_BYTES_FREE: number = 16 * 1024;

export type BodyLimits = {
  /** Limit for all request and response bodies in memory together. */
  readonly bodyBytesMax: number;
  readonly bodyBytesPerCallerMax: number;
};

/** Whose limit refused a body: its caller's, or the total. */
export type BudgetRefusal = 'caller' | 'total';

/** Counts request and response bytes from arrival until they are freed. */
export class BodyBudget {
  readonly #limits: BodyLimits;
  readonly #byCaller = new Map<string, number>();
  #total = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#total;
  }

  lease(caller: string): BodyLease {
    return new BodyLease((bytes) => this.#add(caller, bytes), this.#refusal(caller));
  }

  #refusal(caller: string): (bytes: number) => BudgetRefusal | undefined {
    const { bodyBytesMax, bodyBytesPerCallerMax } = this.#limits;
    return (bytes) => {
      const own = this.#byCaller.get(caller) ?? 0;
      if (own + bytes > bodyBytesPerCallerMax) return 'caller';
      return this.#total + bytes > bodyBytesMax ? 'total' : undefined;
    };
  }

  #add(caller: string, bytes: number): void {
    const own = (this.#byCaller.get(caller) ?? 0) + bytes;
    if (own === 0) this.#byCaller.delete(caller);
    else this.#byCaller.set(caller, own);
    this.#total += bytes;
  }
}

/** The bytes that one request holds in memory. */
export class BodyLease {
  readonly #add: (bytes: number) => void;
  readonly #refusal: (bytes: number) => BudgetRefusal | undefined;
  #bytes = 0;

  constructor(add: (bytes: number) => void, refusal: (bytes: number) => BudgetRefusal | undefined) {
    this.#add = add;
    this.#refusal = refusal;
  }

  /** Undefined: `bytes` more fit. */
  refusalOf(bytes: number): BudgetRefusal | undefined {
    const more = this.#countedOf(bytes);
    return more === 0 ? undefined : this.#refusal(more);
  }

  take(bytes: number): void {
    const more = this.#countedOf(bytes);
    this.#bytes += bytes;
    if (more > 0) this.#add(more);
  }

  release(): void {
    const counted = Math.max(0, this.#bytes - BODY_BYTES_FREE);
    this.#bytes = 0;
    if (counted > 0) this.#add(-counted);
  }

  #countedOf(bytes: number): number {
    const before = Math.max(0, this.#bytes - BODY_BYTES_FREE);
    return Math.max(0, this.#bytes + bytes - BODY_BYTES_FREE) - before;
  }
}
