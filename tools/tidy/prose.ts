import { type Breach, isCode, isTest, lineOf, type Rule, type Source } from './source.ts';

/** Constructions that make a sentence hard to read, with their replacements. */
const CONSTRUCTIONS: readonly (readonly [pattern: RegExp, cure: string])[] = [
  [/\b(?:who|whom|whose)(?:so)?ever\b/gi, 'name the actor: the caller, the operator'],
  [/\b(?:some|no|any)body\b/gi, 'name the actor: a person, an account, no process'],
  [
    /\bwhat (?:came of|is there|there is|it came to)\b/gi,
    'name the thing: the result, the content',
  ],
  [/\b(?:of|behind|beside|beneath) which\b/gi, 'make it two sentences'],
  [/\b(?:thereof|whereof|thereby|whereby|wherein|therein)\b/gi, 'make it two sentences'],
];

/** British spellings, with the endings of every form of the word. */
const BRITISH = new RegExp(
  `\\b(?:${[
    '(?:un)?authoris\\w+',
    '(?:de|re)?(?:normal|serial|synchron|organ|minim|maxim)is(?:e|ed|es|er|ing|ations?)',
    '(?:optim|initial|summar|recogn|categor|prior|visual)is(?:e|ed|es|er|ing|ations?)',
    '(?:util|emphas|penal|anonym)is(?:e|ed|es|er|ing|ations?)',
    '(?:behaviour|colour|favour|honour|neighbour|labour|rumour)\\w*',
    'licence\\w*',
    '(?:cancel|label|model|travel|signal|channel)l(?:ed|ing)',
    '(?:catalogue|dialogue|analogue)\\w*',
    'analys(?:e|ed|ing)',
    '(?:centre|metre|fibre|theatre)s?',
    '(?:defence|offence|artefact|programme|enquir|whilst|amongst|spelt|learnt)\\w*',
    'fulfils?',
  ].join('|')})\\b`,
  'gi',
);

/** Documents that define the words, or that a benchmark writes. */
const LEFT_OUT: ReadonlySet<string> = new Set(['docs/glossary.md', 'docs/detection.md']);

/** Text that is not prose: paths and ids, single quoted words, keys, options, ids with dashes. */
const NAMES = [
  /[\w./@-]*\.(?:ts|js|mjs|json)\b/g,
  /\bcutTitle:\s*(['"`]).*?\1/g,
  /(['"`])[\w-]+\1/g,
  /--?\w[\w-]*|\b\w+-\w[\w-]*/g,
  /^[ {]*\w+: ?(?=\S|$)/gm,
];

/** Finds banned constructions and British spellings in text for people, not in comments. */
export const plainProse: Rule = (source) => {
  const text = proseOf(source);
  if (text === undefined) return [];
  const found = (pattern: RegExp, cure: string): Breach[] =>
    Array.from(text.matchAll(pattern), ({ 0: words, index }) => {
      return { path: source.path, line: lineOf(text, index), what: `"${words}": ${cure}` };
    });
  return [
    ...CONSTRUCTIONS.flatMap(([pattern, cure]) => found(pattern, cure)),
    ...found(BRITISH, 'write American English'),
  ];
};

/** The text for people in a file, at its position; undefined for a file without any. */
function proseOf(source: Source): string | undefined {
  const { path, text, code } = source;
  if (isCode(source)) {
    if (!/^(?:packages|apps)\/.*\.ts$/.test(path) || isTest(source)) return undefined;
    const named = NAMES.reduce(blanked, text);
    const isLiteral = (at: number): boolean => code[at] === ' ' && source.comments[at] === ' ';
    return named.replaceAll(/[^\n]/g, (unit, at: number) => {
      return isLiteral(at) ? unit : ' ';
    });
  }
  if (/^content\/.*\.(?:ya?ml|cedar)$/.test(path)) {
    return [...NAMES, /(?:^|\s)(?:#|\/\/).*$/gm].reduce(blanked, text);
  }
  const isDocument = /^docs\/.*\.md$|^README\.md$/.test(path) && !LEFT_OUT.has(path);
  return isDocument ? text : undefined;
}

function blanked(text: string, pattern: RegExp): string {
  return text.replaceAll(pattern, (words) => words.replaceAll(/[^\n]/g, ' '));
}
