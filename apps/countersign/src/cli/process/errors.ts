import { CountersignError } from '@countersign/core';

/**
 * - `USAGE`       the command line is invalid
 * - `CANNOT_TELL` the message completes "cannot tell, because …"
 * - `INTERRUPTED` Ctrl-C, or a termination signal
 */
export type CliErrorCode = 'USAGE' | 'CANNOT_TELL' | 'INTERRUPTED';

export class CliError extends CountersignError<CliErrorCode> {
  override readonly name = 'CliError';
}

export function usage(message: string): CliError {
  return new CliError('USAGE', message);
}
