import { type Breach, breachesOf, isCode, isTest, type Rule, type Source } from './source.ts';

type Ban = {
  readonly pattern: RegExp;
  readonly what: string;
  readonly isAllowed?: (source: Source) => boolean;
};

const isTool = ({ path }: Source): boolean => /^(?:tools|bench)\//.test(path);
const TELLS_TIME =
  /^packages\/(?:core\/src\/(?:clock|system-random)|emulator\/src\/core\/machine-time)\.ts$/;
const mayTellTime = (source: Source): boolean => isTool(source) || TELLS_TIME.test(source.path);
const mayPrint = (source: Source): boolean =>
  isTool(source) ||
  /^(?:apps\/countersign\/(?:src\/cli\/|bin\/)|packages\/[^/]+\/examples\/)/.test(source.path);

const BANS: readonly Ban[] = [
  {
    pattern: /\bprocess\s*\.\s*exit\s*\(/g,
    what: 'process.exit cuts off output: set process.exitCode and let the event loop drain',
  },
  {
    pattern: /\bconsole\s*\.\s*\w+/g,
    what: 'console outside cli, tools and bench: return the text, or report an event',
    isAllowed: mayPrint,
  },
  {
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)/g,
    what: 'the time of day: take a Clock as an argument (tests: ManualClock)',
    isAllowed: mayTellTime,
  },
  {
    pattern: /\bMath\s*\.\s*random\b/g,
    what: 'randomness without a seed: take a Random as an argument (tests: fast-check)',
    isAllowed: mayTellTime,
  },
  {
    pattern: /[:|<]\s*any\b(?!\s*[(:.])|\bas\s+any\b(?!\s*[(,])|\bany\s*(?:\[\]|>)/g,
    what: 'any: say the type, or take unknown and parse it at the edge',
  },
  {
    pattern: /\bas\s+unknown\s+as\b/g,
    what: 'as unknown as: parse the value, or mend the type that needs it',
  },
  {
    pattern: /\bexport\s+default\b/g,
    what: 'a default export: export it by name',
    // node:test requires a default export from a reporter, and Vite from its configuration.
    isAllowed: ({ path }) =>
      path === 'tools/testing/counts-reporter.ts' || path === 'apps/console/vite.config.ts',
  },
  {
    pattern: /^(?:before|after)Each\(/gm,
    what: 'a hook for each test runs for all of the process: set up in the test (testEach)',
    // A whole-system test has its own process.
    isAllowed: ({ path }) => !path.endsWith('.test.ts') || path.startsWith('test/'),
  },
];

export const bannedCalls: Rule = (source) =>
  BANS.filter((ban) => isCode(source) && ban.isAllowed?.(source) !== true).flatMap((ban) =>
    breachesOf(source, source.code, ban.pattern, ban.what),
  );

export const datedComments: Rule = (source) => [
  ...breachesOf(
    source,
    source.comments,
    /\bTODO\b(?!\(#\d+\))/g,
    'a TODO without an issue: write TODO(#issue): what',
  ),
  ...breachesOf(
    source,
    source.comments,
    /\b(?:FIXME|XXX|HACK)\b/g,
    'mend it, or write TODO(#issue)',
  ),
];

const LEFT_OVER: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  {
    pattern: /\b(?:test|it|describe|suite)\s*\.\s*only\s*\(|\bonly\s*:\s*true\b/g,
    what: 'only: the other tests do not run; take it out',
  },
  {
    pattern: /\b(?:test|it|describe|suite)\s*\.\s*(?:skip|todo)\s*\(|\b(?:skip|todo)\s*:\s*true\b/g,
    what: "a test left out without a reason: write { skip: 'because …' }",
  },
  { pattern: /\b\w+\s*\.\s*skip\s*\(\s*\)/g, what: "a skip without a reason: t.skip('because …')" },
];

export const leftOverTests: Rule = (source) =>
  LEFT_OVER.filter(() => isTest(source)).flatMap(({ pattern, what }): Breach[] =>
    breachesOf(source, source.code, pattern, what),
  );
