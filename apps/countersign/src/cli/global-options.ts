import type { Command as Parser } from 'commander';
import { tenantOption } from './options/parse-options.ts';

/** Declares the options of every command. */
export function declareGlobals(program: Parser): Parser {
  return program
    .description(
      'Puts Microsoft 365 audit records into a tamper-evident ledger, checks access ' +
        'against your own policies, and proves each answer.',
    )
    .option('--data <dir>', 'data folder (default: $COUNTERSIGN_DATA, else ./countersign-data)')
    .option('--tenant <guid>', 'only this tenant', tenantOption)
    .option('--server <url>', 'ask this service instead of a data folder')
    .option(
      '--token-file <file>',
      'file of the API token for --server (default: $COUNTERSIGN_TOKEN)',
    )
    .option('--json', 'one JSON document, or one per line for a list')
    .option('--debug', 'on an error, print its stack trace');
}
