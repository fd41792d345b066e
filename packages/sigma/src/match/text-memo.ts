/** Longer texts are rarely repeated. */
const CHARACTERS_MAX = 500;

/** Texts in a memo before it is cleared. The sign-ins of a tenant have some hundred user agents. */
const TEXTS_MAX = 1_000;

/** Texts in all memos before all are cleared: limits memory if hostile events have many keys. */
const ALL_TEXTS_MAX = 20_000;

/** The memos of one matcher. */
export class TextMemos {
  readonly #memos = new Set<TextMemo<unknown>>();
  #texts = 0;

  create<T>(): TextMemo<T> {
    const memo = new TextMemo<T>(() => this.#count());
    this.#memos.add(memo);
    return memo;
  }

  /** Forgets all memos. */
  clear(): void {
    for (const memo of this.#memos) memo.clear();
    this.#memos.clear();
    this.#texts = 0;
  }

  #count(): void {
    this.#texts += 1;
    if (this.#texts < ALL_TEXTS_MAX) return;
    for (const memo of this.#memos) memo.clear();
    this.#texts = 0;
  }
}

/**
 * Results by text, for fields such as the user agent that have few different texts. Stops if texts
 * do not repeat.
 */
export class TextMemo<T> {
  readonly #count: () => void;
  readonly #results = new Map<string, T>();
  #hits = 0;
  #isUseful = true;

  constructor(count: () => void) {
    this.#count = count;
  }

  get(text: string): T | undefined {
    const found = this.#results.get(text);
    if (found !== undefined) this.#hits += 1;
    return found;
  }

  set(text: string, result: T): void {
    if (!this.#isUseful || text.length > CHARACTERS_MAX) return;
    if (this.#results.size >= TEXTS_MAX) {
      this.#isUseful = this.#hits >= TEXTS_MAX;
      this.clear();
    }
    this.#count();
    this.#results.set(text, result);
  }

  clear(): void {
    this.#results.clear();
    this.#hits = 0;
  }
}
