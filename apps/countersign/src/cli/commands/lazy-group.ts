import type { CliCommand, CliGroup } from '../adapter/declare-command.ts';

/** A group of unrelated commands. The module of each is loaded when a command line names it. */
export type LazyGroup = Omit<CliGroup, 'subcommands'> & {
  readonly subcommands: readonly {
    readonly name: string;
    readonly load: () => Promise<{ readonly command: CliCommand }>;
  }[];
};

/** The group with the commands that a command line names; with all of them if it names none. */
export async function loadGroup(group: LazyGroup, words: readonly string[]): Promise<CliGroup> {
  const named = group.subcommands.filter(({ name }) => words.includes(name));
  const wanted = named.length === 0 ? group.subcommands : named;
  const loaded = await Promise.all(wanted.map(async ({ load }) => load()));
  return { ...group, subcommands: loaded.map(({ command }) => command) };
}
