import { CountersignError } from '@countersign/core';

/**
 * - `USAGE`        the command line asks for something that cannot be asked for
 * - `CANNOT_TELL`  the message completes "cannot tell, because …"
 * - `INTERRUPTED`  somebody pressed Ctrl-C or ended the process politely
 */
export type CliErrorCode = 'USAGE' | 'CANNOT_TELL' | 'INTERRUPTED';

export class CliError extends CountersignError<CliErrorCode> {
  override readonly name = 'CliError';
}

export function usage(message: string): CliError {
  return new CliError('USAGE', message);
}
