/** A word that is further from every known word was probably not a misspelling. */
const SUGGESTION_DISTANCE_MAX = 3;
/** The longest word that is compared. The cost grows with the square of the length. */
const SUGGESTION_CHARACTERS_MAX = 40;

/** The known word that was probably meant, by edit distance; ignores case. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  if (word.length > SUGGESTION_CHARACTERS_MAX) return undefined;
  const ranked = known
    .map((each) => ({ each, distance: distanceOf(plain(word), plain(each)) }))
    .filter(({ each, distance }) => distance <= allowed(each))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.each;
}

/** A short word may differ in fewer letters: `on` is not `off`. */
function allowed(known: string): number {
  return Math.min(SUGGESTION_DISTANCE_MAX, Math.floor(known.length / 2.5));
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, '');
}

/** Levenshtein distance. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const replaced = (row[j - 1] ?? 0) + (isSame ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
