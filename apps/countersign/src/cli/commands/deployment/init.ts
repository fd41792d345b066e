import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { numberText } from '@countersign/core';
import type { Command as Parser } from 'commander';
import { LICENSES } from '../../../config/config.ts';
import { rightsOf } from '../../../operations/doctor/rights.ts';
import {
  type DeploymentSize,
  sizeOf,
  UNCERTAINTY,
} from '../../../operations/setup/deployment-size.ts';
import { entraSteps, STEP_FORMS, type StepForm } from '../../../operations/setup/entra-steps.ts';
import {
  NO_CLIENT_ID,
  type SetupPlan,
  SOURCES,
  SOURCES_DEFAULT,
} from '../../../operations/setup/setup-plan.ts';
import { writeSetup } from '../../../operations/setup/write-setup.ts';
import { appendValue } from '../../options/parse-options.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { CliError, usage } from '../../process/errors.ts';
import { EXIT } from '../../process/exit-code.ts';
import type { Terminal } from '../../terminal/terminal.ts';

type InitFlags = {
  readonly to?: string;
  readonly id?: string;
  readonly name?: string;
  readonly clientId?: string;
  readonly license?: readonly string[];
  readonly collect?: readonly string[];
  readonly seats?: string;
  readonly retention?: string;
  readonly credential?: string;
  readonly storageAccount?: string;
  readonly steps?: readonly string[];
};

export function declareInit(program: Parser, bind: BindCommand): void {
  program
    .command('init')
    .summary('write a configuration, and print what to create in Entra')
    .description(
      'Asks for a tenant and its sources, on a terminal, or takes them from flags. Writes a ' +
        'checked configuration with comments, an inventory and a folder for secrets. Prints the ' +
        'size of disk, memory and quota, and the steps in Entra with least rights. Replaces no ' +
        'file and calls no host.',
    )
    .option('--to <dir>', 'the folder of the configuration (default: the data folder)')
    .option('--id <guid>', 'the id of the tenant')
    .option('--name <text>', 'the name of the company')
    .option('--client-id <guid>', 'the app registration, if it exists already')
    .option('--license <name>', `a license: ${LICENSES.join(', ')}; repeatable`, appendValue)
    .option('--collect <source>', `a source: ${SOURCES.join(', ')}; repeatable`, appendValue)
    .option('--seats <count>', 'people with a license')
    .option('--retention <days>', 'days to keep records, or "forever"')
    .option('--credential <place>', 'certificate, secret-file, or env:NAME (default: certificate)')
    .option('--storage-account <name>', 'the account of the export, for the source storage')
    .option(
      '--steps <form>',
      `steps in Entra as ${STEP_FORMS.join(', ')}; repeatable (default: az, portal)`,
      appendValue,
    )
    .action(bind(init));
}

const init: CommandHandler<[flags: InitFlags]> = async (context, flags) => {
  const { terminal, cwd, env, json, dataDir } = context;
  const folder = flags.to === undefined ? dataDir : resolve(cwd, flags.to);
  const forms = choicesOf(flags.steps ?? ['az', 'portal'], STEP_FORMS, '--steps');
  const plan = await askAll(context, (ask) => planOf(flags, ask));
  const { files, config } = await writeSetup(folder, plan, env);
  const rights = config.tenants.flatMap((tenant) => rightsOf(tenant));
  const size = sizeOf(plan);
  const steps = Object.fromEntries(forms.map((form) => [form, entraSteps(form, plan, rights)]));
  if (json) {
    const permissions = rights.flatMap(({ resource, needed }) =>
      needed.map(({ name, why }) => ({ resource: resource.name, permission: name, why })),
    );
    terminal.document({ files, permissions, size, steps });
    return EXIT.done;
  }
  terminal.line({ text: 'written and checked: ', style: 'yes' }, files.join(', '));
  renderSize(terminal, plan, size);
  for (const form of forms) renderSteps(terminal, form, steps[form] ?? '');
  terminal.line('');
  terminal.line({ text: 'Then', style: 'heading' });
  const at = `--config ${files.at(-1)}`;
  terminal.line(`  countersign doctor ${at}`);
  terminal.line(`  countersign serve ${at}`);
  return EXIT.done;
};

function renderSteps(terminal: Terminal, form: StepForm, text: string): void {
  terminal.line('');
  terminal.line({ text: `In Entra (${form}; never run against a live tenant)`, style: 'heading' });
  for (const line of text.trimEnd().split('\n')) terminal.line(`  ${line}`);
}

function renderSize(terminal: Terminal, plan: SetupPlan, size: DeploymentSize): void {
  const { low, high } = UNCERTAINTY;
  const kept = plan.retentionDays === null ? 'one year' : `${plan.retentionDays} days`;
  terminal.line('');
  terminal.line({ text: `Size for ${numberText(plan.seats)} seats`, style: 'heading' });
  terminal.fields([
    ['  events', `${numberText(size.eventsPerDay)} a day, ${rate(size.peakPerSecond)} at peak`],
    ['  disk', `${gib(size.diskBytes)} after one year, with records of ${kept}`],
    ['  of it for ever', `${gib(size.permanentBytesPerDay)} a day: the log stays after erasure`],
    ['  memory', gib(size.memoryBytes)],
    ['  cores', String(size.cores)],
    ['  sign-ins', `${rate(size.signInsPeakPerSecond)} at peak: ${graphText(plan, size)}`],
  ]);
  terminal.paragraph(
    `These are estimates: companies differ between ${low} and ${high} times. Measure for a week, ` +
      'then size again.',
    2,
  );
}

function graphText({ sources }: SetupPlan, { graph }: DeploymentSize): string {
  if (sources.includes('storage')) return 'the export carries them';
  return graph === 'enough' ? 'Graph carries them' : 'too many for Graph: use the source storage';
}

function rate(perSecond: number): string {
  return `${perSecond < 10 ? perSecond.toFixed(1) : numberText(Math.round(perSecond))}/s`;
}

function gib(bytes: number): string {
  const count = bytes / 1024 ** 3;
  return `${count < 10 ? count.toFixed(1) : numberText(Math.round(count))} GiB`;
}

/** Asks one question; undefined if no person is there. */
type Ask = (question: string, ifEmpty: string) => Promise<string>;

/** One reader for all questions: what is typed ahead belongs to the next one. */
async function askAll<T>(
  { stdin, terminal, signal }: Context,
  use: (ask: Ask | undefined) => Promise<T>,
): Promise<T> {
  const isTerminal = (stdin as { readonly isTTY?: boolean }).isTTY === true && terminal.isTTY;
  if (!isTerminal) return use(undefined);
  const lines = createInterface({ input: stdin, signal });
  const answers = lines[Symbol.asyncIterator]();
  try {
    return await use(async (question, ifEmpty) => {
      const hint = ifEmpty === '' ? '' : ` [${ifEmpty}]`;
      terminal.trusted(`${question}${hint}: `, 'stdout');
      const { value, done } = await answers.next();
      if (done === true) throw new CliError('INTERRUPTED', 'interrupted: nothing was written');
      const answer = String(value).trim();
      return answer === '' ? ifEmpty : answer;
    });
  } finally {
    lines.close();
  }
}

async function planOf(flags: InitFlags, ask: Ask | undefined): Promise<SetupPlan> {
  const value = async (
    given: string | undefined,
    flag: string,
    question: string,
    ifEmpty = '',
  ): Promise<string> => {
    const answer = given ?? (ask === undefined ? ifEmpty : await ask(question, ifEmpty));
    if (answer !== '') return answer;
    throw usage(`could not write a configuration: ${flag} is missing; see init --help`);
  };
  const list = async (
    given: readonly string[] | undefined,
    flag: string,
    question: string,
    ifEmpty: readonly string[],
  ): Promise<string[]> => {
    if (given !== undefined) return [...given];
    return (await value(undefined, flag, question, ifEmpty.join(', '))).split(/[\s,]+/);
  };
  const tenantId = await value(flags.id, '--id', 'Id of the tenant (GUID)');
  const name = await value(flags.name, '--name', 'Name of the company');
  const seats = await value(flags.seats, '--seats', 'People with a license');
  const days = await value(flags.retention, '--retention', 'Days to keep records', '365');
  const licenses = await list(flags.license, '--license', 'Licenses', ['E3']);
  const sources = await list(flags.collect, '--collect', 'What to collect', SOURCES_DEFAULT);
  const place = await value(
    flags.credential,
    '--credential',
    'Credential of the app: certificate, secret-file or env:NAME',
    'certificate',
  );
  const isExported = sources.includes('storage');
  const storageAccount = isExported
    ? await value(flags.storageAccount, '--storage-account', 'Storage account of the export')
    : undefined;
  return {
    ...{ tenantId, name, clientId: flags.clientId ?? NO_CLIENT_ID },
    licenses: choicesOf(licenses, LICENSES, '--license'),
    sources: choicesOf(sources, SOURCES, '--collect'),
    seats: countOf(seats, '--seats'),
    retentionDays: days === 'forever' ? null : countOf(days, '--retention'),
    credential: credentialOf(place),
    storageAccount: storageAccount === undefined ? undefined : accountOf(storageAccount),
  };
}

function choicesOf<T extends string>(
  given: readonly string[],
  known: readonly T[],
  flag: string,
): T[] {
  return given.map((each) => {
    const choice = known.find((one) => one === each);
    if (choice !== undefined) return choice;
    throw usage(`${flag} ${each} is not known; choose of ${known.join(', ')}`);
  });
}

/** More people than any company has, and 273 years: more is a mistake. */
const COUNT_MAX = 100_000_000;

function countOf(text: string, flag: string): number {
  const count = Number(text.replaceAll(/[,_]/g, ''));
  if (Number.isSafeInteger(count) && count > 0 && count <= COUNT_MAX) return count;
  throw usage(`${flag} ${text} is not a whole number above 0`);
}

function credentialOf(text: string): SetupPlan['credential'] {
  if (text === 'certificate' || text === 'secret-file') return text;
  const env = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(text)?.[1];
  // The text is not repeated: it may be the secret itself.
  if (env === undefined) throw usage('--credential must be certificate, secret-file or env:NAME');
  return { env };
}

/** Names of storage accounts: 3 to 24 lower-case letters and digits. */
function accountOf(text: string): string {
  if (/^[a-z0-9]{3,24}$/.test(text)) return text;
  throw usage(`--storage-account ${text} is not a name of 3 to 24 lower-case letters and digits`);
}
