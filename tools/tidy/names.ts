import { BRITISH } from './prose.ts';
import { type Breach, isCode, lineOf, type Rule } from './source.ts';

/** Words that the glossary replaced, and what stands in their place. */
const RETIRED: ReadonlyMap<string, string> = new Map([
  ...pairs('store', 'books bookkeeping'),
  ...pairs('delivery, merge', 'sighting sightings resight resighted'),
  ...pairs('quarantined', 'parked park parking'),
  ...pairs('ingest pipeline, worker', 'conveyor lane lanes belt'),
  ...pairs('listener', 'ear ears'),
  ...pairs(
    'detector, evaluation, classification',
    'judge judges judged judging judgement judgements judgment',
  ),
  ...pairs('detection runner, run, check', 'look looks looking watch watches watching watcher'),
  ...pairs('health', 'sight sights'),
  ...pairs('enforcement point', 'door doors'),
  ...pairs('caller registry', 'roll'),
  ...pairs('policy information, decision log', 'knowledge accountant'),
  ...pairs('bypass', 'drain drains drained draining'),
  ...pairs('pass revocation', 'endings keeper'),
  ...pairs('identity resolution', 'kinship kin'),
  ...pairs('authorization status, absence confidence', 'standing standings weigher'),
  ...pairs('privilege', 'power powers'),
  ...pairs('observed, expected', 'told sought'),
  ...pairs('activity', 'doing doings deed deeds'),
  ...pairs('inventory', 'estate'),
  ...pairs('target', 'doomed'),
  ...pairs('handler, actor', 'performer doer doers'),
  ...pairs('sink, registry, worker', 'desk clerk'),
]);

function pairs(today: string, words: string): readonly (readonly [string, string])[] {
  return words.split(' ').map((word) => [word, today] as const);
}

/** Names of others that hold such a word: a product, a department, Node's streams, a test. */
const NAMES_OF_OTHERS = /power_?shell|writableNeedDrain|help_?desk|watchdog/gi;

const IDENTIFIER = /[A-Za-z_$][\w$]*/g;
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;

/** Names and paths with a retired word or a British spelling; each counts once in a file. */
export const retiredWords: Rule = (source) => {
  if (!isCode(source)) return [];
  const breaches = new Map<string, Breach>();
  const see = (name: string, line: number): void => {
    if (breaches.has(name)) return;
    const what = wrongWordIn(name);
    if (what !== undefined)
      breaches.set(name, { path: source.path, line, what: `${name}: ${what}` });
  };
  see(source.path, 1);
  for (const { 0: name, index } of source.code.matchAll(IDENTIFIER)) {
    see(name, lineOf(source.code, index));
  }
  return [...breaches.values()];
};

function wrongWordIn(name: string): string | undefined {
  for (const [part] of name.replace(NAMES_OF_OTHERS, '').matchAll(WORD)) {
    const word = part.toLowerCase();
    const today = RETIRED.get(word);
    if (today !== undefined) return `${word} is ${today} today (docs/glossary.md)`;
    if (word.match(BRITISH)) return `write ${word} in American English`;
  }
  return undefined;
}

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
