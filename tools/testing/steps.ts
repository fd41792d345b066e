import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { bundleProduct } from '../bundle-product.ts';
import type { StepTime } from './budget.ts';
import { type Counts, countsOf, sum } from './counts.ts';
import { commandOf, ROOT, runNode } from './process.ts';

/** A static check takes seconds. One that takes minutes hangs. */
const STATIC_TIMEOUT_MS = 120_000;
/**
 * The whole test command should end within 25 minutes on two idle cores. On a busy machine it takes
 * several times as long without having failed.
 */
const SHORT_TIMEOUT_MS = 2_400_000;
/** The long form runs 200 kills and full property counts. */
const LONG_TIMEOUT_MS = 6 * 3_600_000;

/** The limit of one test, or of one system test file: a hanging test is reported by name. */
const TEST_TIMEOUT_MS = { short: 900_000, long: LONG_TIMEOUT_MS } as const;

export type Form = 'short' | 'long';

const STATIC_CHECKS: readonly { readonly name: string; readonly args: () => string[] }[] = [
  { name: 'typecheck', args: () => [commandOf('typescript', 'tsc'), '-p', '.'] },
  {
    name: 'typecheck of the console',
    args: () => [commandOf('typescript', 'tsc'), '-p', 'apps/console'],
  },
  {
    name: 'format and lint',
    args: () => [
      commandOf('@biomejs/biome', 'biome'),
      'ci',
      '--colors=off',
      '--error-on-warnings',
      '.',
    ],
  },
  {
    name: 'type-aware lint',
    args: () => [commandOf('oxlint', 'oxlint'), '--type-aware', '--deny-warnings'],
  },
  { name: 'unused code', args: () => [commandOf('knip', 'knip'), '--no-progress'] },
];

const UNIT_STEP = 'unit tests';
const SYSTEM_STEP = 'system tests';

/** Each has a budget in `test/budget.json`. */
export const STEPS: readonly string[] = [
  ...STATIC_CHECKS.map(({ name }) => name),
  UNIT_STEP,
  SYSTEM_STEP,
];

export type StepResult = { readonly counts: Counts; readonly times: readonly StepTime[] };

export async function runStaticChecks(): Promise<StepResult> {
  const times: StepTime[] = [];
  let passed = 0;
  for (const check of STATIC_CHECKS) {
    const ended = await runNode({
      args: check.args(),
      env: { NO_COLOR: '1' },
      timeoutMs: STATIC_TIMEOUT_MS,
      output: 'kept',
    });
    const isOk = ended.code === 0;
    if (isOk) passed++;
    else console.log(ended.output.trimEnd());
    console.log(`${isOk ? '✔' : '✖'} ${check.name} (${ended.seconds.toFixed(1)} s)`);
    times.push({ step: check.name, seconds: ended.seconds });
  }
  return { counts: { passed, failed: STATIC_CHECKS.length - passed, skipped: 0 }, times };
}

const UNIT_TESTS = [
  'packages/**/*.test.ts',
  'apps/**/*.test.ts',
  'tools/**/*.test.ts',
  'bench/**/*.test.ts',
];

/**
 * Unit tests and the tidy test share processes, because our code has no module state. There are
 * two, one per core. The second one's output is shown at its end.
 */
export async function runUnitTests(form: Form): Promise<StepResult> {
  const files = globSync(UNIT_TESTS, { cwd: ROOT }).sort();
  const half = (rest: number): string[] => files.filter((_, at) => at % 2 === rest);
  const run = (rest: number, output: 'shown' | 'kept'): Promise<Counts> =>
    runTests(['--test-isolation=none', ...half(rest)], form, output);
  return timed(UNIT_STEP, async () => sum(await Promise.all([run(0, 'shown'), run(1, 'kept')])));
}

/**
 * Tests that repeat whole commands for minutes: only the long form runs them. Tests beside the code
 * check the same properties in the short form.
 */
const LONG_SYSTEM_TESTS: ReadonlySet<string> = new Set([
  ...['interruptions', 'blindness', 'canaries', 'cli-conformance', 'cli-handover', 'cli-tenant'],
  ...['collect-kill-tenant', 'coverage-runs', 'enforcement-kill', 'erasure-unfinished', 'escapes'],
  ...[
    'foreign-clients',
    'foreign-reader',
    'oidc',
    'quarantine',
    'quarantine-collected',
    'reconcile',
    'retention',
    'rollback',
    'scenarios',
  ],
  ...['serve-canaries', 'three-shapes', 'verified-week'],
  // The sinks, the client, backups and the clock have unit tests and one system test each.
  ...[
    'all-sinks-kill',
    'receiver-down',
    'day-of-a-company',
    'sink-feeds',
    'lake-kill',
    'client',
    'backup',
    'emulator-one-clock',
  ],
  'webhook-feed',
  ...['pseudonyms', 'mcp', 'upgrade'],
  // Rare states of the console, in a browser for minutes.
  ...['states', 'empty', 'long-list', 'console-times', 'many-consoles'],
  // Whole attacks again and again; unit tests of incidents, health, passes and the store are short.
  ...['incident-groups', 'source-cuts', 'passes-end', 'projection-paths', 'out-eviction'],
  // Unit tests read hubs, and check the bypass with a node.
  ...['collect-hubs', 'bypass'],
  // Packs and installs every package; the bundle that system tests start is built by each run.
  'package',
  // Whole services for minutes; unit tests of traces, reload and the clock check the same rules.
  ...['traces', 'enforcement-load', 'reload', 'serve-emulator-clock', 'serve-tenant', 'kill-posts'],
]);

/** @throws RangeError if a test that the short form omits does not exist */
export function runSystemTests(form: Form): Promise<StepResult> {
  const all = globSync('test/**/*.test.ts', { cwd: ROOT }).sort();
  const isLong = (path: string): boolean => LONG_SYSTEM_TESTS.has(basename(path, '.test.ts'));
  if (all.filter(isLong).length !== LONG_SYSTEM_TESTS.size) {
    throw new RangeError('a system test of the long form is not there: see LONG_SYSTEM_TESTS');
  }
  const files = form === 'long' ? all : all.filter((path) => !isLong(path));
  return timed(SYSTEM_STEP, async () => {
    bundleProduct(PROGRAM_FOLDER);
    try {
      const env = { COUNTERSIGN_TEST_PROGRAM: join(PROGRAM_FOLDER, 'main.js') };
      return await runTests(['--test-concurrency=2', ...files], form, 'shown', env);
    } finally {
      rmSync(PROGRAM_FOLDER, { recursive: true, force: true });
    }
  });
}

/**
 * The program as it is published, which system tests start: in half the time of the sources. Below
 * its package, so that it finds what npm installed. Its path is fixed, so that Node reuses what it
 * compiled of unchanged code.
 */
const PROGRAM_FOLDER = join(ROOT, 'apps', 'countersign', 'dist', 'tested');

async function timed(step: string, run: () => Promise<Counts>): Promise<StepResult> {
  const startedMs = performance.now();
  const counts = await run();
  return { counts, times: [{ step, seconds: (performance.now() - startedMs) / 1000 }] };
}

async function runTests(
  args: readonly string[],
  form: Form,
  output: 'shown' | 'kept',
  env: Readonly<Record<string, string>> = {},
): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-counts-'));
  const report = join(folder, 'counts');
  try {
    const ended = await runNode({
      args: [
        '--test',
        `--test-timeout=${TEST_TIMEOUT_MS[form]}`,
        `--import=${new URL('./preload.ts', import.meta.url).href}`,
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        `--test-reporter=${new URL('./counts-reporter.ts', import.meta.url).href}`,
        `--test-reporter-destination=${report}`,
        ...args,
      ],
      // Like the launcher: the tests start hundreds of commands, each with a thousand modules.
      env: { NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'countersign'), ...env },
      timeoutMs: form === 'long' ? LONG_TIMEOUT_MS : SHORT_TIMEOUT_MS,
      output,
    });
    if (output === 'kept') console.log(ended.output.trimEnd());
    return countsOf(readFileSync(report, 'utf8'), ended.code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
