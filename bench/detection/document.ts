import { SCENARIOS } from '../../test/support/scenario-setups.ts';
import type { MailWeeks } from './quiet-mail.ts';
import type { ScenarioRun } from './scenario-runs.ts';
import type { SprayPoint } from './spray-curves.ts';
import type { Line } from './tally.ts';

export type DetectionMeasurement = {
  readonly form: 'short' | 'long';
  readonly seed: number;
  readonly machine: string;
  readonly runs: readonly ScenarioRun[];
  readonly lines: readonly Line[];
  readonly personDays: number;
  readonly quiet: {
    readonly people: number;
    readonly days: number;
    readonly diligence: number;
    readonly lines: readonly Line[];
    readonly records: number;
    /** The input and the remainder of reconciliation: actions, and days and workloads. */
    readonly actions: number;
    readonly unaccounted: number;
    readonly unexplained: number;
  };
  readonly mail: MailWeeks;
  readonly curves: readonly SprayPoint[];
  readonly sprayed: SprayMeasurement;
};

/** The parameters of the spray curves. */
type SprayMeasurement = Pick<DetectionMeasurement, 'form' | 'seed' | 'machine'> & {
  readonly people: number;
  readonly days: number;
};

/** docs/detection.md: what was measured, on which data, and its limits. */
export function documentOf(measured: DetectionMeasurement): string {
  const { form, seed, personDays } = measured;
  return [
    '# What is found, and what is found wrongly',
    '',
    'Made by `npm run bench -- detection`; nothing here is written by hand. All figures are of the',
    'emulator in this repository, with attacks and people drawn from seeds: they tell how the',
    'detectors compare with each other and with their last version, **not** how they do in your',
    'company.',
    '',
    `Form: ${form}, seeds from ${seed}. ${measured.machine}.`,
    '',
    '## Scenarios (emulator)',
    '',
    'A technique is found if a finding of medium severity or higher names it (or its parent), and',
    "rests on a record that the attackers' deeds left.",
    '',
    ...scenarioTable(measured.runs),
    '',
    'Why techniques are missed:',
    '',
    ...missedList(measured.runs),
    '',
    '## Detectors in scenarios (emulator)',
    '',
    '*Attacked*: runs in which attackers used one of the techniques that the detector names, which',
    'is not to say that they did what it is for. *Found*: it said something that rests on theirs.',
    '*Silent*: runs without these techniques in which it said nothing. *Wrong*: findings of medium',
    `or higher that rest on nothing of theirs, also per 10,000 people and day, of ${personDays}.`,
    '',
    ...lineTable(measured.lines),
    '',
    '## Quiet time (emulator)',
    '',
    quietWords(measured.quiet),
    '',
    ...quietTable(measured.quiet),
    '',
    '## Mail in quiet weeks (emulator)',
    '',
    ...mailTable(measured.mail),
    '',
    ...sprayLines(measured.curves, measured.sprayed),
  ].join('\n');
}

const SPRAYS = '## Sprays (synthetic sign-ins)';

/** The same document with other curves, which are its last section. */
export function withCurves(
  document: string,
  curves: readonly SprayPoint[],
  sprayed: SprayMeasurement,
): string {
  const [before = ''] = document.split(`${SPRAYS}\n`);
  return before + sprayLines(curves, sprayed).join('\n');
}

function sprayLines(
  curves: readonly SprayPoint[],
  { form, seed, machine, people, days }: SprayMeasurement,
): string[] {
  const isOfVictims = ({ plan }: SprayPoint): boolean => plan.shares !== undefined;
  return [
    SPRAYS,
    '',
    `${people} people over ${days} days, sign-in fields alone. Form: ${form}, seeds from ${seed}.`,
    `${machine}.`,
    '',
    'A hit is *ranked* if it is among the first 20 candidates, and *told* if it is a finding of',
    'its own. *Wrong* counts such findings about a person who was not hit. *Even* people keep to',
    'office hours, to one browser and to one other country. *Restless* people update browsers',
    'every week, work at night, and travel where intruders are. `npm run bench -- spray-curves`',
    'measures this section by itself.',
    '',
    ...curveTable(curves.filter((point) => !isOfVictims(point))),
    '',
    '### Victims who share the address, carrier or client of the intruder',
    '',
    '*Client*: each try comes with the browser of its target. *Carrier*: the intruder rents lines',
    "of the carrier of people's phones. *Address*: the intruder comes out of the office address",
    'that the target uses. Where all of it is shared, only the moment tells. So a spray of one try',
    'a week from the office address, with the browser of its targets, is not found.',
    '',
    ...curveTable(curves.filter(isOfVictims)),
    '',
  ];
}

function scenarioTable(runs: readonly ScenarioRun[]): string[] {
  const names = [...Map.groupBy(runs, ({ name }) => name)];
  return table(
    ['scenario', 'runs', 'found in', 'techniques found', 'techniques missed at times'],
    names.map(([name, own]) => {
      const used = new Set(own.flatMap((run) => run.used));
      const always = [...used].filter((one) => own.every((run) => isFoundIn(run, one)));
      const missed = [...used].filter((one) => !always.includes(one));
      const found = own.filter((run) => run.found.length > 0).length;
      return [name, own.length, found, always.sort().join(', '), missed.sort().join(', ')];
    }),
  );
}

/** Why a technique is not found, or not always; says so if the reason is unknown. */
function missedList(runs: readonly ScenarioRun[]): string[] {
  return [...Map.groupBy(runs, ({ name }) => name)].flatMap(([name, own]) => {
    const used = [...new Set(own.flatMap((run) => run.used))].sort();
    const missed = used.filter((one) => !own.every((run) => isFoundIn(run, one)));
    return missed.map((technique) => {
      const why = SCENARIOS[name]?.missed?.[technique] ?? 'nobody knows why';
      return `- ${technique} of ${name}: ${why}.`;
    });
  });
}

function isFoundIn({ used, found }: ScenarioRun, technique: string): boolean {
  return !used.includes(technique) || found.includes(technique);
}

function lineTable(lines: readonly Line[]): string[] {
  return table(
    ['detector', 'attacked', 'found', 'missed', 'silent', 'wrong', 'per 10,000 and day'],
    lines.map(({ rule, attacked, found, missed, silent, wrong, wrongRate }) => {
      return [rule, attacked, found, missed, silent, wrong, wrongRate.toFixed(2)];
    }),
  );
}

function quietWords({ people, days, diligence }: DetectionMeasurement['quiet']): string {
  const of = diligence === 1 ? '' : ` They do ${diligence * 100} % of what an office worker does.`;
  return `${people} people, ${days} days in which nobody attacks.${of}`;
}

function quietTable(quiet: DetectionMeasurement['quiet']): string[] {
  const { lines, people, days, records, actions, unaccounted, unexplained } = quiet;
  const noisy = lines.filter(({ wrong }) => wrong > 0);
  const total = noisy.reduce((n, { wrong }) => n + wrong, 0);
  const rate = ((total / (people * days)) * 10_000).toFixed(2);
  return [
    `Findings of medium or higher: ${total}, which is ${rate} per 10,000 people and day.`,
    `Of ${records} records reconciliation looked at ${actions} actions: ${unaccounted} are not`,
    `accounted for, and on ${unexplained} days of a workload something stays unexplained.`,
    ...(noisy.length === 0 ? [] : ['']),
    ...(noisy.length === 0
      ? []
      : table(
          ['detector', 'wrong', 'per 10,000 and day'],
          noisy.map(({ rule, wrong, wrongRate }) => [rule, wrong, wrongRate.toFixed(2)]),
        )),
  ];
}

function mailTable({ people, weeks, inbound, files, lines }: MailWeeks): string[] {
  return [
    `${people} people, ${weeks} weeks of which the first is not counted. Of ${inbound} messages`,
    `from outside all ${files} that ask for answers elsewhere were handed in: newsletters,`,
    'tickets, lists, invitations, people with two mailboxes. In a company people hand in what they',
    'doubt, which is less. Who writes how often is as',
    '`packages/emulator/src/life/outside-sender.ts` says.',
    'Wrong findings for 1,000 people and week:',
    '',
    ...table(
      ['detector', 'informational', 'low', 'medium or higher'],
      lines.map(({ rule, informational, low, medium }) => [
        rule,
        ...[informational, low, medium].map((rate) => rate.toFixed(1)),
      ]),
    ),
  ];
}

function curveTable(points: readonly SprayPoint[]): string[] {
  return table(
    [
      ...['people', 'targets', 'tries', 'shared', 'fresh addresses', 'overlap of clients', 'seeds'],
      ...['hits ranked', 'all hits ranked', 'hits told', 'wrong', 'guesses told'],
      'of those theirs',
    ],
    points.map((point) => {
      const { life, plan, hits, ranked, whole, seeds, guesses, reported, right } = point;
      const { shares = [], triesPerWeek: tries } = plan;
      const isAddress = shares.includes('address');
      return [
        life,
        plan.targets,
        plan.burstMinutes === undefined
          ? `${tries} a week`
          : `${tries} in ${plan.burstMinutes} min`,
        shares.length === 0 ? 'nothing' : shares.join(', '),
        isAddress ? 'office' : percent(plan.fresh ?? 1),
        shares.includes('client') ? 'own' : percent(plan.overlap),
        seeds,
        `${ranked} of ${hits}`,
        `${whole} of ${seeds}`,
        `${point.reportedHits} of ${hits}`,
        point.falseReports,
        percent(right / guesses),
        reported === 0 ? 'none' : percent(right / reported),
      ];
    }),
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
