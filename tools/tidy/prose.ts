import { type Breach, isCode, isTest, lineOf, type Rule, type Source } from './source.ts';

/** Constructions that make a sentence hard to read, with their replacements. */
const CONSTRUCTIONS: readonly (readonly [pattern: RegExp, cure: string])[] = [
  [/\b(?:who|whom|whose)(?:so)?ever\b/gi, 'name the actor: the caller, the operator'],
  [/\b(?:some|no|any)body\b/gi, 'name the actor: a person, an account, no process'],
  [
    /\bwhat (?:came of|became of|is there|there is|it came to)\b/gi,
    'name the thing: the result, the content',
  ],
  [/\b(?:of|behind|beside|beneath) which\b/gi, 'make it two sentences'],
  [/\b(?:thereof|whereof|thereby|whereby|wherein|therein)\b/gi, 'make it two sentences'],
];

/** British spellings, with the endings of every form of the word. */
export const BRITISH: RegExp = new RegExp(
  `\\b(?:${[
    '(?:un)?authoris\\w+',
    '(?:de|re)?(?:normal|serial|synchron|organ|minim|maxim)is(?:e|ed|es|er|ing|ations?)',
    '(?:optim|initial|summar|recogn|categor|prior|visual)is(?:e|ed|es|er|ing|ations?)',
    '(?:util|emphas|penal|anonym)is(?:e|ed|es|er|ing|ations?)',
    '(?:behaviour|colour|favour|honour|neighbour|labour|rumour)\\w*',
    'licence\\w*',
    '(?:cancel|label|model|travel|signal|channel)l(?:ed|ing|er|ers)',
    '(?:catalogue|dialogue|analogue)\\w*',
    'analys(?:e|ed|ing)',
    '(?:centre|metre|fibre|theatre)s?',
    '(?:defence|offence|artefact|programme|enquir|whilst|amongst|spelt|learnt)\\w*',
    'fulfils?|enrol(?:s|ment|ments)?|(?:sanit|real|stabil)is(?:e|ed|es|er|ing|ations?)',
  ].join('|')})\\b`,
  'gi',
);

/** Contractions: fine in documents and comments, not in messages. */
const CONTRACTION =
  /\b\w+n\\?['’]t\b|\b(?:it|that|there|here|what|who|let)\\?['’]s\b|\b\w+\\?['’](?:re|ve|ll)\b/gi;

/** Documents that list replaced words, or what earlier versions said. */
const LEFT_OUT: ReadonlySet<string> = new Set(['docs/glossary.md', 'CHANGELOG.md']);

/** Text that is not prose: paths and ids, single quoted words, keys, options, ids with dashes. */
const NAMES = [
  /[\w./@-]*\.(?:ts|js|mjs|json)\b/g,
  /(['"`])[\w-]+\1/g,
  /--?\w[\w-]*|\b\w+-\w[\w-]*/g,
  /^[ {]*\w+: ?(?=\S|$)/gm,
];

/** Names in comments: code in backticks, quoted words, paths, links. */
const COMMENT_NAMES = [
  /`[^`]*`/g,
  /(["'])[\w-]+\1/g,
  /\{@link [^}]*\}/g,
  /[\w./@-]*\.(?:ts|json|md)\b/g,
];

const CONTENT = /^content\/.*\.(?:ya?ml|cedar)$/;
const CONTENT_COMMENT = /(?:^|\s)(?:#|\/\/).*$/gm;

const BRITISH_RULE = [BRITISH, 'write American English'] as const;

/** Finds banned constructions and British spellings in text for people and in comments. */
export const plainProse: Rule = (source) => {
  const message = messagesOf(source);
  const texts = [message, commentsOf(source), documentOf(source)];
  const found = (text: string, pattern: RegExp, cure: string): Breach[] =>
    Array.from(text.matchAll(pattern), ({ 0: words, index }) => {
      return { path: source.path, line: lineOf(text, index), what: `"${words}": ${cure}` };
    });
  return [
    ...texts.flatMap((text) =>
      [...CONSTRUCTIONS, BRITISH_RULE].flatMap(([pattern, cure]) => found(text, pattern, cure)),
    ),
    ...found(message, CONTRACTION, 'write it out: messages have no contractions'),
  ];
};

/** Text that the program or a rule, policy or gate shows to people, at its position. */
function messagesOf(source: Source): string {
  const { path, text, code } = source;
  if (CONTENT.test(path)) {
    return [...NAMES, CONTENT_COMMENT].reduce(blanked, text);
  }
  const isProduct = /^(?:packages|apps)\/.*\.ts$|bin\/countersign$/.test(path);
  if (!isCode(source) || !isProduct || isTest(source)) return '';
  const named = NAMES.reduce(blanked, text);
  const isLiteral = (at: number): boolean => code[at] === ' ' && source.comments[at] === ' ';
  return named.replaceAll(/[^\n]/g, (unit, at: number) => (isLiteral(at) ? unit : ' '));
}

/** Comments of code, of tests too, at their position, without quoted names and paths. */
function commentsOf(source: Source): string {
  const { path, text } = source;
  if (isCode(source)) return COMMENT_NAMES.reduce(blanked, source.comments);
  if (!CONTENT.test(path)) return '';
  const positions = Array.from(text.matchAll(CONTENT_COMMENT), ({ 0: words, index }) => {
    return [index, index + words.length] as const;
  });
  const comments = text.replaceAll(/[^\n]/g, (unit, at: number) =>
    positions.some(([from, to]) => from <= at && at < to) ? unit : ' ',
  );
  return COMMENT_NAMES.reduce(blanked, comments);
}

function documentOf({ path, text }: Source): string {
  return /\.md$/.test(path) && !LEFT_OUT.has(path) ? [/`[^`\n]*`/g].reduce(blanked, text) : '';
}

function blanked(text: string, pattern: RegExp): string {
  return text.replaceAll(pattern, (words) => words.replaceAll(/[^\n]/g, ' '));
}
