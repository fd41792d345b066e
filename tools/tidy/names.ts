import { type Breach, isCode, lineOf, type Rule } from './source.ts';

/** Words that the glossary replaced, with their replacements. */
const RETIRED: ReadonlyMap<string, string> = new Map([
  ...['books', 'bookkeeping'].map((word) => [word, 'store'] as const),
  ...['sighting', 'sightings', 'resight'].map((word) => [word, 'delivery, merge'] as const),
  ...['parked', 'park', 'parking'].map((word) => [word, 'quarantined'] as const),
  ...['conveyor', 'lane', 'lanes'].map((word) => [word, 'ingest pipeline, worker'] as const),
  ...['ear', 'ears'].map((word) => [word, 'listener'] as const),
  ...['judge', 'judges', 'judged', 'judging', 'judgement', 'judgements'].map(
    (word) => [word, 'detector, evaluation, classification'] as const,
  ),
  ...['sight', 'sights'].map((word) => [word, 'health'] as const),
  ...['door', 'doors'].map((word) => [word, 'enforcement point'] as const),
  ...['knowledge', 'accountant'].map((word) => [word, 'policy information, decision log'] as const),
  ...['drain', 'drains', 'drained', 'draining'].map((word) => [word, 'bypass'] as const),
  ...['endings', 'keeper'].map((word) => [word, 'pass revocation'] as const),
  ...['kinship', 'kin'].map((word) => [word, 'identity resolution'] as const),
  ...['standing', 'standings', 'weigher'].map(
    (word) => [word, 'authorization status, absence confidence'] as const,
  ),
  ...['power', 'powers'].map((word) => [word, 'privilege'] as const),
  ...['told', 'sought'].map((word) => [word, 'observed, expected'] as const),
  ...['doings', 'deed', 'deeds'].map((word) => [word, 'activity'] as const),
  ['estate', 'inventory'],
  ...['performer', 'doer', 'doers'].map((word) => [word, 'handler, actor'] as const),
]);

/** External names that contain such a word: a product, and Node's streams. */
const NAMES_OF_OTHERS = /power_?shell|writableNeedDrain/gi;

const IDENTIFIER = /[A-Za-z_$][\w$]*/g;
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;

/** Finds names with a word that the glossary replaced. Each counts once per file. */
export const retiredWords: Rule = (source) => {
  if (!isCode(source)) return [];
  const breaches = new Map<string, Breach>();
  for (const { 0: name, index } of source.code.matchAll(IDENTIFIER)) {
    if (breaches.has(name)) continue;
    const words = Array.from(name.replace(NAMES_OF_OTHERS, '').matchAll(WORD), ([word]) =>
      word.toLowerCase(),
    );
    const retired = words.find((word) => RETIRED.has(word));
    if (retired === undefined) continue;
    const what = `${name}: ${retired} is ${RETIRED.get(retired)} today (docs/glossary.md)`;
    breaches.set(name, { path: source.path, line: lineOf(source.code, index), what });
  }
  return [...breaches.values()];
};

const DECLARED = /^(?:export )?(?:abstract )?(?:type|class|interface) ([A-Z]\w*)/gm;
/** Nouns that end like a participle. */
const NOUNS: ReadonlySet<string> = new Set(['Feed', 'Seed', 'Speed', 'Need', 'Embed']);
const IRREGULAR: ReadonlySet<string> = new Set([
  ...['Begun', 'Built', 'Done', 'Found', 'Given', 'Gone', 'Heard', 'Held', 'Hidden'],
  ...['Kept', 'Known', 'Left', 'Lost', 'Made', 'Meant', 'Met', 'Proven', 'Read', 'Said', 'Seen'],
  ...['Sent', 'Set', 'Shown', 'Sought', 'Spoken', 'Taken', 'Told', 'Written'],
]);

/** A type is a noun: it says what the value is, not what was done to it. */
export const participleTypes: Rule = (source) => {
  if (!isCode(source)) return [];
  return Array.from(source.code.matchAll(DECLARED)).flatMap(({ 1: name = '', index }): Breach[] => {
    const isParticiple = /^[A-Z][a-z]+ed$/.test(name) || IRREGULAR.has(name);
    if (!isParticiple || NOUNS.has(name)) return [];
    const what = `the type ${name} is a participle: name what the value is`;
    return [{ path: source.path, line: lineOf(source.code, index), what }];
  });
};
