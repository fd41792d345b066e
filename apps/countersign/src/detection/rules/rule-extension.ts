import type { RuleMeta } from '@countersign/sigma';
import { NEEDS } from '../runner/required-logs.ts';

/** How often a test may repeat its events: more than any threshold needs. */
const REPEAT_MAX = 10_000;

/** Our additions to Sigma, in the member `countersign` of a rule document. */
export type RuleExtension = {
  /** Increased when the rule's meaning changes. */
  readonly version: number;
  /** The steps of a chain that its findings stand for, from first to last: `mail forwarded`. */
  readonly steps: readonly string[];
  /** The title of its findings, with fields in braces; see `finding-text.ts`. */
  readonly says: string | null;
  /** What a person should do next. May have fields in braces. */
  readonly next: string;
  /** The fields that distinguish its findings. Without any, the actor does. */
  readonly group: readonly string[];
  /** The logs that it needs, all of them. Empty: those of its log source. */
  readonly needs: readonly string[];
  readonly tests: readonly RuleTest[];
};

/** Events, and whether the rule must match them. */
export type RuleTest = {
  readonly name: string;
  readonly finds: 'yes' | 'no';
  /** The source of events that are not wrapped as `{ source, record }`. */
  readonly source: string;
  readonly events: readonly unknown[];
  /** How often the events are repeated, each time as new actions. */
  readonly repeat: number;
};

/** Missing members get defaults, so any Sigma rule is accepted. */
export function customOf(meta: RuleMeta): { custom: RuleExtension; problems: readonly string[] } {
  const written = meta.custom['countersign'];
  const problems: string[] = [];
  const section = isMembers(written) ? written : {};
  if (written !== undefined && !isMembers(written)) problems.push('"countersign" is not a map');
  for (const name of Object.keys(section)) {
    if (!MEMBERS.has(name)) problems.push(`"countersign" has no member "${name}"`);
  }
  for (const need of textsOf(section['needs'])) {
    if (!NEEDS.has(need)) {
      problems.push(`"needs" knows no "${need}": write ${[...NEEDS.keys()].join(', ')}`);
    }
  }
  const { says, next } = section;
  const custom: RuleExtension = {
    version: versionOf(section['version'], meta),
    steps: textsOf(section['steps']),
    says: typeof says === 'string' ? says : null,
    next: typeof next === 'string' ? next : NEXT,
    group: textsOf(section['group']),
    needs: textsOf(section['needs']),
    tests: testsOf(section['tests'], problems),
  };
  return { custom, problems };
}

const MEMBERS: ReadonlySet<string> = new Set([
  ...['version', 'steps', 'says', 'next', 'group', 'needs', 'tests'],
]);

const NEXT = 'Ask {actor} whether they did this, and check what else the session did.';

/** Third-party rules state the day of their last change, which serves as their version. */
function versionOf(stated: unknown, { modified, date }: RuleMeta): number {
  if (typeof stated === 'number' && Number.isSafeInteger(stated)) return stated;
  const digits = (modified ?? date ?? '').replaceAll(/\D/g, '').slice(0, 8);
  return digits.length === 8 ? Number(digits) : 1;
}

function testsOf(value: unknown, problems: string[]): RuleTest[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.push('"tests" is not a list');
    return [];
  }
  return value.flatMap((item: unknown, at): RuleTest[] => {
    const test = isMembers(item) ? item : {};
    const { name, finds, source, events, repeat } = test;
    if (typeof finds !== 'boolean' || !Array.isArray(events) || events.length === 0) {
      problems.push(`test ${at + 1} needs "finds: true" or "finds: false", and events`);
      return [];
    }
    return [
      {
        name: typeof name === 'string' ? name : `test ${at + 1}`,
        finds: finds ? 'yes' : 'no',
        source: typeof source === 'string' ? source : 'm365.export/unified-audit-log',
        events,
        repeat: typeof repeat === 'number' ? Math.min(Math.max(repeat, 1), REPEAT_MAX) : 1,
      },
    ];
  });
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textsOf(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.filter((item) => typeof item === 'string');
}
