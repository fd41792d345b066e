import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command as Parser } from 'commander';
import type { DemoLine } from '../../demo/demo-answers.ts';
import type { DemoState } from '../../demo/demo-folder.ts';
import type { ReadyDemo } from '../../demo/run-demo.ts';
import type { ServeReady } from '../../operations/host/server-request.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError, usage } from '../process/errors.ts';
import { EXIT } from '../process/exit-code.ts';

type Flags = {
  readonly people?: string;
  readonly days?: string;
  readonly until?: string;
  readonly port?: string;
  readonly fresh?: true;
  readonly prepare?: true;
  readonly serve?: true;
  readonly live?: true;
};

const FOLDER = 'countersign-demo';
const LABEL_COLUMNS = 15;
const PORT = '8480';

export function declareDemo(program: Parser, bind: BindCommand): void {
  program
    .command('demo')
    .summary('three weeks of an invented company with an intruder, in a minute')
    .description(
      'Lets an invented company live for three weeks in an emulated Microsoft 365, with an ' +
        'intruder inside. Its people sign in through the external authentication method; ' +
        'policies check all other sign-ins. Prints what was verified, accounted and found, and ' +
        'what cannot be told. Then serves the console on this machine. Without a terminal it ' +
        `ends after the results. The folder is --data, or else ${FOLDER} in the current folder. ` +
        'A second run opens it again.',
    )
    .option('--people <count>', 'people of the company, 10 to 500 (default: 60)')
    .option('--days <count>', 'days of history, 2 to 30; the attack needs 21 (default: 21)')
    .option('--until <time>', 'the end of the history, such as 2026-11-27T18:00Z (default: now)')
    .option('--port <port>', `the port of the console (default: ${PORT})`)
    .option('--fresh', 'let the company live again, and replace the earlier demonstration')
    .option('--prepare', 'end after the results')
    .option('--live', 'let the company live on while the console is open; an hour takes a minute')
    .option('--serve', 'serve the console, even without a terminal')
    .action(bind(demo));
}

const demo: CommandHandler<[flags: Flags]> = async (context, flags) => {
  try {
    return await demonstrate(context, flags);
  } catch (cause) {
    if (!context.signal.aborted) throw cause;
    // Each part of the company reports the interruption in its own words.
    const message = 'the demonstration was interrupted; the next run starts it again';
    throw new CliError('INTERRUPTED', message, { cause });
  }
};

const demonstrate: CommandHandler<[flags: Flags]> = async (context, flags) => {
  const { namedDataDir, cwd, random, env, clock, signal } = context;
  // Ignores COUNTERSIGN_DATA: a fictional company must not get into a real ledger.
  const dir = namedDataDir ?? resolve(cwd, FOLDER);
  const world = { dir, random, env, stopwatch: clock, signal };
  const run = await import('../../demo/run-demo.ts');
  const ready = await readyDemo(context, flags, world);
  try {
    for await (const line of run.answerLines(world, ready)) tell(context, line);
    if (isServed(context, flags)) await serve(context, flags, ready, dir);
    else tellHow(context, dir);
  } finally {
    await run.closeDemo(world, ready);
  }
  return EXIT.done;
};

type World = Parameters<typeof import('../../demo/run-demo.ts').buildDemo>[0];

/** The demonstration of an earlier run, or a new one. */
async function readyDemo(context: Context, flags: Flags, world: World): Promise<ReadyDemo> {
  const { inspectFolder } = await import('../../demo/demo-folder.ts');
  const { buildDemo, companyLine, openDemo } = await import('../../demo/run-demo.ts');
  const { dir } = world;
  const folder = inspectFolder(dir);
  if (folder.kind === 'foreign') {
    throw usage(`could not use ${dir}: it holds something else. Name another folder with --data`);
  }
  // The company of an earlier run ended with its process.
  const isKept = flags.live !== true;
  if (folder.kind === 'ready' && isKept && isWanted(folder.state, flags)) {
    tell(context, companyLine(folder.state));
    return openDemo(world, folder.state);
  }
  const plan = await planOf(context, flags);
  tell(context, companyLine(plan));
  const { terminal } = context;
  const ready = await buildDemo(world, plan, (share) =>
    terminal.progress({
      task: 'simulating',
      unit: 'hour',
      records: Math.round(share * plan.days * 24),
      recordsTotal: plan.days * 24,
    }),
  );
  terminal.progressEnd();
  return ready;
}

function isWanted({ people, days }: DemoState, flags: Flags): boolean {
  if (flags.fresh === true || flags.until !== undefined) return false;
  const isSame = (given: string | undefined, has: number): boolean =>
    given === undefined || Number(given) === has;
  return isSame(flags.people, people) && isSame(flags.days, days);
}

async function planOf(context: Context, flags: Flags) {
  const { DAYS, MINUTE_MS, PEOPLE, SEED } = await import('../../demo/company/demo-plan.ts');
  const nowMs = context.clock.now();
  const untilMs = flags.until === undefined ? nowMs : Date.parse(flags.until);
  if (!(untilMs <= nowMs)) {
    throw usage(`could not end the history at ${flags.until}: give a time up to now`);
  }
  return {
    people: numberOf('people', flags.people, { least: 10, most: 500, otherwise: PEOPLE }),
    days: numberOf('days', flags.days, { least: 2, most: 30, otherwise: DAYS }),
    endMs: Math.floor(untilMs / MINUTE_MS) * MINUTE_MS,
    seed: SEED,
  };
}

type Range = { readonly least: number; readonly most: number; readonly otherwise: number };

function numberOf(name: string, text: string | undefined, range: Range): number {
  const number = text === undefined ? range.otherwise : Number(text);
  if (Number.isInteger(number) && number >= range.least && number <= range.most) return number;
  throw usage(`could not use --${name} ${text}: give ${range.least} to ${range.most}`);
}

function isServed({ terminal, json }: Context, flags: Flags): boolean {
  if (flags.prepare === true) return false;
  return flags.serve === true || flags.live === true || (terminal.isTTY && !json);
}

function tellHow({ terminal, json }: Context, dir: string): void {
  if (json) return;
  terminal.line();
  terminal.line(`The ledger is in ${dir}. Open the console:`);
  terminal.line(`$ countersign demo --serve --data ${dir}`);
}

/** Serves the ledger until the process is stopped. */
async function serve(
  context: Context,
  flags: Flags,
  { files, clock, live }: ReadyDemo,
  dir: string,
): Promise<void> {
  const { loadConfigVersion } = await import('../../config/load-config.ts');
  const { writeFinishedConfig, writeLiveConfig } = await import('../../demo/company/demo-files.ts');
  const { env, random, signal, terminal } = context;
  const port = numberOf('port', flags.port, { least: 0, most: 65_535, otherwise: Number(PORT) });
  const listen = `127.0.0.1:${port}`;
  const isLive = flags.live === true && live !== undefined;
  if (isLive) writeLiveConfig(files, listen);
  else writeFinishedConfig(files, clock.url, listen);
  let living: Promise<void> = Promise.resolve();
  const readConfig = () => loadConfigVersion(files.finished, env);
  await context.startServer({
    ...{ dataDir: dir, config: readConfig().config, readConfig, env, random, signal },
    clock: context.clock,
    hangUps: context.hangUps(signal),
    ...{ keyFile: undefined, acceptFork: undefined },
    log: (line) => {
      if (env['COUNTERSIGN_DEBUG'] !== undefined) terminal.note(line);
    },
    ready: (at) => {
      tellAddress(context, at, dir);
      if (isLive) living = live(signal);
    },
  });
  await living;
}

function tellAddress(context: Context, at: ServeReady, dir: string): void {
  const { terminal, json } = context;
  // Passkeys need a name: browsers refuse them at an address.
  const address = at.url.replace('127.0.0.1', 'localhost');
  if (json) {
    terminal.document({ url: address });
    return;
  }
  terminal.line();
  terminal.line({ text: 'Console'.padEnd(LABEL_COLUMNS), style: 'strong' }, `${address}/`);
  // What is no terminal may be a log, which keeps what it gets.
  const link = terminal.isTTY ? at.signInLink() : undefined;
  if (link === undefined) {
    terminal.line(`Sign in with a link: countersign operators link --data ${dir}`);
  } else {
    terminal.line({ text: 'Sign in once'.padEnd(LABEL_COLUMNS), style: 'strong' }, link);
    offerBrowser(context, link, dir);
  }
  terminal.line('Press Ctrl-C to end it.');
}

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['explorer'],
  linux: ['xdg-open'],
};

/** Opens the console once the person presses Enter. */
function offerBrowser({ terminal, stdin, signal }: Context, link: string, dir: string): void {
  const [opener] = OPENERS[process.platform] ?? [];
  if (opener === undefined) return;
  terminal.line('Press Enter to open it in your browser.');
  const open = (): void => {
    // The link is a secret, and other users see the arguments of a process: a file redirects.
    const file = join(dir, 'demo', 'open.html');
    const target = JSON.stringify(link);
    writeFileSync(file, `<!doctype html><script>location.replace(${target})</script>\n`, {
      mode: 0o600,
    });
    const child = spawn(opener, [file], { stdio: 'ignore', detached: true });
    child.once('error', () => terminal.note(`could not run ${opener}: open the address yourself`));
    child.unref();
  };
  stdin.once('data', open);
  signal.addEventListener('abort', () => stdin.off('data', open), { once: true });
}

function tell({ terminal, json }: Context, { label, text }: DemoLine): void {
  if (json) terminal.document({ label, text });
  else terminal.labeled(label, text, LABEL_COLUMNS);
}
