import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerReader } from '@countersign/ledger/reader';
import type { Command as Parser } from 'commander';
import { contentFolder } from '../../config/installed-package.ts';
import { Readers } from '../../operations/readers/readers.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError, usage } from '../process/errors.ts';
import { EXIT } from '../process/exit-code.ts';

export function declareDemo(program: Parser, bind: BindCommand): void {
  program
    .command('demo')
    .summary('show the main features on two weeks of an invented company')
    .description(
      'Imports the sample export that comes with the program into a new ledger, puts policies in ' +
        'force, asks a few questions, and proves the answers. The ledger is in --data, or else ' +
        'in a temporary folder.',
    )
    .action(bind(demo));
}

const READERS_OF_MAIL = `SELECT mailbox, sum(item_count) AS items_at_least,
  bool_or(is_throttled) AS recording_stopped FROM events
WHERE operation = 'MailItemsAccessed' AND app_uid =
  (SELECT any_value(app_uid) FROM events WHERE app_name = 'Mail Archive Connector')
GROUP BY mailbox ORDER BY 2 DESC`;

const INTRUDER = 'scanops@northmoor.example';

const demo: CommandHandler = async (context) => {
  const content = join(contentFolder(), 'sample');
  const sample = join(content, 'export');
  if (!existsSync(sample)) throw usage(`could not find the sample export in ${sample}`);
  // Ignores COUNTERSIGN_DATA: a fictional company must not get into a real ledger.
  const dir = context.namedDataDir ?? mkdtempSync(join(tmpdir(), 'countersign-demo-'));
  const step = async (say: string, line: readonly string[]): Promise<void> => {
    if (!context.json) tell(context, say, line);
    const json = context.json ? ['--json'] : [];
    const exitCode = await context.run([...line, '--data', dir, ...json]);
    if (exitCode !== EXIT.done && exitCode !== EXIT.cannotTell) {
      throw new CliError('CANNOT_TELL', `a step of the demonstration ended with ${exitCode}`);
    }
  };
  await step('Two weeks of an invented company, into a ledger.', ['import', sample]);
  await step('What the company allows: its policies, its people and its applications.', [
    'policy',
    'use',
    '--directory',
    join(content, 'directory.yaml'),
    '--register',
    join(content, 'register.yaml'),
  ]);
  await step('Each action is matched to its authorization. Which ones remain, and why?', [
    'reconcile',
  ]);
  await step('The account of the office scanners signed in at night. What did it do?', [
    'statement',
    INTRUDER,
    '--from',
    '2026-03-07',
    '--to',
    '2026-03-10',
  ]);
  await step(
    'It gave an application a key and the right to read all mail. What did the application read?',
    ['query', READERS_OF_MAIL],
  );
  const consent = await indexOfConsent({ ...context, dataDir: dir });
  const file = join(dir, 'consent.evidence');
  await step('The consent and its proof, for an auditor who trusts no one.', [
    'evidence',
    'export',
    String(consent),
    '-o',
    file,
  ]);
  await step('The auditor verifies it with the key of the ledger, received over another channel.', [
    'evidence',
    'verify',
    file,
    '--key',
    await vkeyOf(dir),
  ]);
  await step('Has anything changed since?', ['ledger', 'fsck']);
  if (!context.json) tellEnd(context, dir);
  return EXIT.done;
};

async function vkeyOf(dir: string): Promise<string> {
  const ledger = await LedgerReader.open(dir);
  const { vkey } = ledger;
  ledger.close();
  return vkey;
}

async function indexOfConsent(context: Context): Promise<number> {
  using readers = new Readers(context);
  const { store, head } = await readers.sources();
  const { rows } = await store.timeline({ user: INTRUDER }, head);
  let index = 0;
  for await (const row of rows) {
    if (row.event.operation === 'Consent to application.') index = row.index;
  }
  return index;
}

function tellEnd({ terminal }: Context, dir: string): void {
  terminal.line();
  terminal.line({ text: 'Continue yourself', style: 'heading' });
  for (const line of [
    'timeline --ip 192.0.2.118',
    'statement vivian.castellan@northmoor.example --format html -o vivian.html',
    'coverage',
  ]) {
    terminal.line(`$ countersign ${line} --data ${dir}`);
  }
}

function tell({ terminal }: Context, say: string, line: readonly string[]): void {
  terminal.line();
  terminal.line({ text: say, style: 'heading' });
  const words = line.map((word) => (/^[\w@./:-]+$/.test(word) ? word : `"${word}"`)).join(' ');
  terminal.paragraph(`$ countersign ${words.replace(/\s+/g, ' ')}`);
  terminal.line();
}
