import { domainToUnicode } from 'node:url';

/**
 * Look-alikes of Latin letters: Unicode confusables (TR 39) that domain registries accept, and
 * pairs of Latin letters that look like one.
 */
const CONFUSABLES: readonly (readonly [string, string])[] = [
  ['a', 'аàáâãäåāăąɑα4'],
  ['b', 'ьƅβ8'],
  ['c', 'сçćčϲ'],
  ['d', 'ԁďđɗ'],
  ['e', 'еèéêëēėęěєε3'],
  ['g', 'ɡğģԍ9'],
  ['h', 'һĥħн'],
  ['i', 'іìíîïīįıɩιl1|!'],
  ['j', 'јĵ'],
  ['k', 'кκķ'],
  ['m', 'мṃ'],
  ['n', 'ոñńņňпη'],
  ['o', 'оòóôõöøōőοσօ0'],
  ['p', 'рρþ'],
  ['q', 'ԛգ'],
  ['r', 'гŕř'],
  ['s', 'ѕśşšș5'],
  ['t', 'тţťțτ7'],
  ['u', 'υùúûüūůűųսц'],
  ['v', 'ѵνʋ'],
  ['w', 'ԝŵωшա'],
  ['x', 'хχ×'],
  ['y', 'уýÿγұ'],
  ['z', 'źżžᴢ2'],
];

const SHAPES: ReadonlyMap<string, string> = new Map(
  CONFUSABLES.flatMap(([latin, others]) => [...others].map((other) => [other, latin])),
);

/** The skeleton of a name. Readers cannot tell names with one skeleton apart. */
export function skeletonOf(name: string): string {
  const shapes = [...name.toLowerCase().normalize('NFKC')].map((c) => SHAPES.get(c) ?? c).join('');
  return shapes.replaceAll('rn', 'm').replaceAll('vv', 'w').replaceAll('ci', 'd');
}

/** Damerau-Levenshtein distance, capped at `max + 1`. */
export function editDistance(one: string, other: string, max: number): number {
  const [a, b] = [[...one], [...other]];
  if (Math.abs(a.length - b.length) > max) return max + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (isSame ? 0 : 1),
      );
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) cost = Math.min(cost, (before[j - 2] as number) + 1);
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return Math.min(last[b.length] as number, max + 1);
}

export type Likeness = { readonly to: string; readonly how: 'letters' | 'spelling' | 'part' };

/** The known domain that this one imitates; undefined if it is one of them or resembles none. */
export function likenessOf(domain: string, known: readonly string[]): Likeness | undefined {
  const shown = domainToUnicode(domain) || domain;
  if (known.includes(domain) || known.some((own) => domain.endsWith(`.${own}`))) return undefined;
  for (const own of known) {
    if (skeletonOf(shown) === skeletonOf(own)) return { to: own, how: 'letters' };
  }
  for (const own of known) {
    const [mine, theirs] = [labelOf(own), labelOf(shown)];
    if (mine.length < SHORT) continue;
    if (mine === theirs) continue;
    if (editDistance(skeletonOf(theirs), skeletonOf(mine), 1) <= 1) {
      return { to: own, how: 'spelling' };
    }
    const parts = theirs.split('-');
    if (parts.length > 1 && parts.some((part) => skeletonOf(part) === skeletonOf(mine))) {
      return { to: own, how: 'part' };
    }
  }
  return undefined;
}

/** Short names resemble many others by chance. */
const SHORT = 6;

/** The registered label, without subdomains and public suffix. */
function labelOf(domain: string): string {
  const labels = domain.split('.');
  const isPublic = labels.length > 2 && (labels.at(-2) ?? '').length <= 3;
  return labels.at(isPublic ? -3 : -2) ?? domain;
}
