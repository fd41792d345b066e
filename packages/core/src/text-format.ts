/** `1,234,567` in every locale, because command output must not depend on the locale. */
export function numberText(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 cell`, `2 cells`, `3 entries`. */
export function plural(count: number, one: string, many: string = manyOf(one)): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

/** `a, b and c`. */
export function joinWithAnd(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

function manyOf(one: string): string {
  if (/[^aeiou]y$/.test(one)) return `${one.slice(0, -1)}ies`;
  return /(?:[sx]|[cs]h)$/.test(one) ? `${one}es` : `${one}s`;
}
