import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Command as Parser } from 'commander';
import { parseInput } from '../../operations/definition/parse-input.ts';
import { SCOPES } from '../../operations/definition/scopes.ts';
import { loadLedgerOperation, loadOperations } from '../../operations/registry.ts';
import type { BoundCall } from '../adapter/bound-call.ts';
import { type CliCommand, type CliGroup, declareAll } from '../adapter/declare-command.ts';
import { wordsOf } from '../adapter/examples-text.ts';
import type { BindCommand, Context } from '../process/command-context.ts';
import { COMMANDS } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-commands-'));
after(() => rmSync(folder, { recursive: true }));
for (const file of ['request.json', 'case-1042.evidence']) writeFileSync(join(folder, file), '{}');

const OPERATIONS = await loadOperations();
const commands = (await Promise.all(COMMANDS.map((entry) => entry.commands()))).flat();

function bindingsOf(command: CliCommand | CliGroup): CliCommand['bindings'][number][] {
  const own = 'bindings' in command ? command.bindings : [];
  return [...own, ...(command.subcommands ?? []).flatMap(bindingsOf)];
}

const offered = new Set(commands.flatMap(bindingsOf).map(({ operation }) => operation));

test('operations have unique names and known scopes', () => {
  assert.equal(new Set(OPERATIONS.map(({ name }) => name)).size, OPERATIONS.length);
  for (const { name, scope } of OPERATIONS) assert.ok(SCOPES.includes(scope), name);
});

test('the process that holds the ledger finds each of its operations by name', async () => {
  for (const operation of OPERATIONS) {
    const isHere = operation.runsIn === 'ledger';
    assert.equal(await loadLedgerOperation(operation.name), isHere ? operation : undefined);
  }
});

test('the command line offers every operation that is not a step of another', () => {
  for (const operation of OPERATIONS) {
    const { name, isStep } = operation;
    assert.equal(offered.has(operation), isStep !== true, name);
  }
});

test('each example is the command line of its input', async () => {
  for (const operation of offered) {
    assert.ok(operation.examples.length > 0, `${operation.name} has an example`);
    for (const { commandLine, input } of operation.examples) {
      const call = await callOf(commandLine);
      assert.equal(call.binding.operation.name, operation.name, commandLine);
      const stated = parseInput(operation.input, input) as Record<string, unknown>;
      for (const { member, meta } of call.binding.parameters) {
        // The content of a file is not in the example.
        if (meta.isFileOf !== undefined && member in call.input) delete stated[member];
        else assert.deepEqual(memberOf(call.input, member), stated[member], commandLine);
      }
    }
  }
});

test('parsing a parsed input changes nothing', () => {
  for (const { name, input, examples } of OPERATIONS) {
    for (const example of examples) {
      const once = parseInput(input, example.input);
      assert.deepEqual(parseInput(input, once), once, name);
    }
  }
});

function memberOf(input: object, member: string): unknown {
  return (input as Readonly<Record<string, unknown>>)[member];
}

/** Binds a command line without running it. */
async function callOf(commandLine: string): Promise<BoundCall> {
  let call: BoundCall | undefined;
  const program = new Parser('countersign').exitOverride();
  program.option('--data <dir>').option('--tenant <guid>').option('--json');
  const context = { cwd: folder } as Context;
  const bind: BindCommand =
    (command) =>
    async (...args) => {
      await command(context, ...args);
    };
  declareAll(program, bind, commands, async (_, given) => {
    call = given;
    return 0;
  });
  const words = wordsOf(commandLine).map((word) => word.replaceAll('"', ''));
  await program.parseAsync(words, { from: 'user' });
  assert.ok(call !== undefined, commandLine);
  return call;
}
