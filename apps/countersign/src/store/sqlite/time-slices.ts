type Wide = { readonly fromMs: number; readonly toMs: number; readonly widthMs: number };

/**
 * Cuts `[fromMs, toMs)` at multiples of a width and skips empty slices.
 *
 * `first` returns the first time with data at or after its argument; null if there is none.
 */
export function* spans(
  { fromMs, toMs, widthMs }: Wide,
  first: (fromMs: number) => number | null,
): Generator<readonly [fromMs: number, toMs: number]> {
  for (let from = fromMs; from < toMs; ) {
    const at = first(from);
    if (at === null || at >= toMs) return;
    const end = Math.min((Math.floor(at / widthMs) + 1) * widthMs, toMs);
    yield [at, end];
    from = end;
  }
}
