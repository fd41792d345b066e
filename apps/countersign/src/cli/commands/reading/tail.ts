import type { FeedRecord } from '../../../feeds/feed-record.ts';
import type { Rows } from '../../../operations/definition/operation.ts';
import { tail } from '../../../operations/feeds/tail.ts';
import { bindList } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import type { Context } from '../../process/command-context.ts';
import { feedLine } from '../../render/feed-line.ts';

export const commands: readonly CliCommand[] = [
  { name: 'tail', bindings: [bindList(tail, { render: printLines })] },
];

/** Line by line: the widths of a table would need rows that are yet to come. */
async function printLines({ terminal }: Context, rows: Rows<FeedRecord>): Promise<void> {
  for await (const row of rows) {
    if (row.kind === 'mark') continue;
    terminal.line(...feedLine(row, terminal.columns));
  }
}
