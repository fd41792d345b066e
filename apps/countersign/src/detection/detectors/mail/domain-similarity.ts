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

/** Known domains, with indices that find the one that another domain imitates. */
export class KnownDomains {
  readonly #domains: readonly KnownDomain[];
  readonly #names: ReadonlySet<string>;
  readonly #bySkeleton = new Map<string, string>();
  /** Positions of domains by the {@link variantsOf} their label. */
  readonly #byVariant = new Map<string, number[]>();

  constructor(domains: readonly string[]) {
    this.#names = new Set(domains);
    this.#domains = domains.map((domain) => {
      const label = labelOf(domain);
      return { domain, label, skeleton: skeletonOf(label) };
    });
    for (const [at, { domain, label, skeleton }] of this.#domains.entries()) {
      const whole = skeletonOf(domain);
      if (!this.#bySkeleton.has(whole)) this.#bySkeleton.set(whole, domain);
      if (label.length < SHORT) continue;
      for (const variant of variantsOf(skeleton)) {
        const positions = this.#byVariant.get(variant);
        if (positions === undefined) this.#byVariant.set(variant, [at]);
        else positions.push(at);
      }
    }
  }

  /** The first domain that this one imitates; undefined if it is known or resembles none. */
  imitatedBy(domain: string): Likeness | undefined {
    if (this.#isKnown(domain)) return undefined;
    const shown = domainToUnicode(domain) || domain;
    const to = this.#bySkeleton.get(skeletonOf(shown));
    if (to !== undefined) return { to, how: 'letters' };
    const theirs = labelOf(shown);
    const skeleton = skeletonOf(theirs);
    const words = theirs.split('-');
    const parts = words.length > 1 ? words.map(skeletonOf) : [];
    // Labels that differ by one letter have a variant in common.
    const similar = [...variantsOf(skeleton), ...parts].flatMap(
      (variant) => this.#byVariant.get(variant) ?? [],
    );
    for (const at of [...new Set(similar)].sort((a, b) => a - b)) {
      const known = this.#domains[at] as KnownDomain;
      if (known.label === theirs) continue;
      if (editDistance(skeleton, known.skeleton, 1) <= 1) {
        return { to: known.domain, how: 'spelling' };
      }
      if (parts.includes(known.skeleton)) return { to: known.domain, how: 'part' };
    }
    return undefined;
  }

  #isKnown(domain: string): boolean {
    if (this.#names.has(domain)) return true;
    for (let at = domain.indexOf('.'); at >= 0; at = domain.indexOf('.', at + 1)) {
      if (this.#names.has(domain.slice(at + 1))) return true;
    }
    return false;
  }
}

type KnownDomain = { readonly domain: string; readonly label: string; readonly skeleton: string };

/** A label, and the same without each of its letters. */
function variantsOf(text: string): string[] {
  const letters = [...text];
  // The variants of longer texts, which records may state, would need too much memory.
  if (letters.length > LABEL_LETTERS_MAX) return [text];
  return [text, ...letters.map((_, at) => letters.toSpliced(at, 1).join(''))];
}

/** Longer labels do not exist (RFC 1035, section 2.3.4). */
const LABEL_LETTERS_MAX = 63;

/** Short names resemble many others by chance. */
const SHORT = 6;

/** The registered label, without subdomains and public suffix. */
function labelOf(domain: string): string {
  const labels = domain.split('.');
  const isPublic = labels.length > 2 && (labels.at(-2) ?? '').length <= 3;
  return labels.at(isPublic ? -3 : -2) ?? domain;
}
