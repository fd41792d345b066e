import type { Command as Parser } from 'commander';
import type { CliCommand, CliGroup } from '../adapter/declare-command.ts';
import type { BindCommand } from '../process/command-context.ts';
import { type LazyGroup, loadGroup } from './lazy-group.ts';

type Declare = (program: Parser, bind: BindCommand) => void;

/**
 * A command of the first level. Its module is loaded when a command line names it, or for help.
 *
 * - `operation`  derived from operations
 * - `process`    runs until it is stopped, or runs other commands
 */
export type CommandEntry = {
  readonly name: string;
  readonly kind: 'operation' | 'process';
  readonly load: (words?: readonly string[]) => Promise<Declare>;
  /**
   * The commands of its operations; empty if it has none. With the words of a command line, a group
   * may contain only those that they name.
   */
  readonly commands: (words?: readonly string[]) => Promise<readonly (CliCommand | CliGroup)[]>;
};

/** All commands, in the order of the help text. */
export const COMMANDS: readonly CommandEntry[] = [
  process('demo', async () => (await import('./demo.ts')).declareDemo),
  derived('import', () => import('./import.ts')),
  derived('overview', () => import('./reading/overview.ts')),
  derived('timeline', () => import('./reading/timeline.ts')),
  derived('tail', () => import('./reading/tail.ts')),
  derived('search', async () => ({
    commands: (await import('./reading/people.ts')).searchCommands,
  })),
  derived('people', async () => ({ commands: (await import('./reading/people.ts')).peopleGroups })),
  derived('apps', async () => ({ commands: (await import('./reading/people.ts')).appGroups })),
  derived('statement', () => import('./reading/statement.ts')),
  derived('findings', () => import('./findings.ts')),
  derived('reconcile', () => import('./reading/reconcile.ts')),
  derived('brief', () => import('./brief.ts')),
  derived('eviction', () => import('./eviction.ts')),
  derived('gate', () => import('./gate.ts')),
  derived('rules', () => import('./detection/rules.ts')),
  derived('query', () => import('./reading/query.ts')),
  derived('coverage', () => import('./reading/coverage.ts')),
  derived('quota', () => import('./reading/quota.ts')),
  derived('canaries', () => import('./reading/canaries.ts')),
  derived('decide', () => import('./enforcement/decide.ts')),
  derived('decisions', () => import('./enforcement/decisions.ts')),
  derived('policy', () => import('./enforcement/policy.ts')),
  derived('passes', () => import('./enforcement/passes.ts')),
  derived('passkeys', () => import('./enforcement/passkeys.ts')),
  derived('bypass', () => import('./enforcement/bypass.ts')),
  derived('feeds', () => import('./feeds/feeds.ts')),
  derived('operators', () => import('./operators/operators.ts')),
  derived('tokens', () => import('./operators/tokens.ts')),
  derived('verified', () => import('./reading/verified.ts')),
  derived('check-tenant', () => import('./posture/check-tenant.ts')),
  derived('inventory', () => import('./posture/inventory.ts')),
  derived('requests', () => import('./posture/requests.ts')),
  derived('conformance', () => import('./posture/conformance.ts')),
  derived('show', () => import('./show.ts')),
  derived('evidence', () => import('./evidence.ts')),
  grouped('ledger', () => import('./ledger/ledger.ts')),
  derived('rebuild', () => import('./ledger/rebuild.ts')),
  process('init', async () => (await import('./deployment/init.ts')).declareInit),
  derived('configuration', () => import('./deployment/configuration.ts')),
  derived('reload', () => import('./deployment/reload.ts')),
  derived('health', () => import('./deployment/health.ts')),
  derived('doctor', () => import('./deployment/doctor.ts')),
  derived('backup', () => import('./deployment/backup.ts')),
  derived('restore', () => import('./deployment/restore.ts')),
  process('serve', async () => (await import('./serve.ts')).declareServe),
  process('mcp', async () => (await import('./mcp.ts')).declareMcp),
  process('emulator', async () => (await import('./emulator.ts')).declareEmulator),
  process('completion', async () => (await import('./completion.ts')).declareCompletion),
];

function derived(
  name: string,
  load: () => Promise<{ readonly commands: readonly (CliCommand | CliGroup)[] }>,
): CommandEntry {
  return operations(name, async () => (await load()).commands);
}

function grouped(name: string, load: () => Promise<{ readonly group: LazyGroup }>): CommandEntry {
  return operations(name, async (words = []) => [await loadGroup((await load()).group, words)]);
}

function operations(name: string, commands: CommandEntry['commands']): CommandEntry {
  return {
    name,
    kind: 'operation',
    load: async (words) => {
      const [{ declareAll }, loaded] = await Promise.all([
        import('../adapter/declare-command.ts'),
        commands(words),
      ]);
      return (program, bind) => declareAll(program, bind, loaded);
    },
    commands,
  };
}

function process(name: string, load: () => Promise<Declare>): CommandEntry {
  return { name, kind: 'process', load, commands: async () => [] };
}

/**
 * Declares what a command line may name: every command that one of its words names, or all where
 * none does, so that help and suggestions know all of them. The version needs none.
 */
export async function declareCommands(
  program: Parser,
  bind: BindCommand,
  argv: readonly string[],
): Promise<void> {
  const named = COMMANDS.filter(({ name }) => argv.includes(name));
  const isVersion = argv.some((word) => word === '-V' || word === '--version');
  // A script that completes commands knows all of them, as help does.
  const isAll = argv.includes('completion') || (named.length === 0 && !isVersion);
  const declarations = await Promise.all(
    (isAll ? COMMANDS : named).map(async ({ load }) => load(isAll ? [] : argv)),
  );
  for (const declare of declarations) declare(program, bind);
}
