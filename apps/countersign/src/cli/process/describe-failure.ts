import { CountersignError, messageOf } from '@countersign/core';
import { CommanderError } from 'commander';
import { failureKind } from '../../operations/definition/failure-kind.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

/** The sentence for a person, and the exit code for a script. */
export type Failure = { readonly exitCode: ExitCode; readonly sentence: string | undefined };

/** System errors: neither wrong usage nor a bug in Countersign. */
const SYSTEM: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full: free space and run the same command again'],
  ['EDQUOT', 'the disk quota is used up: free space and run the same command again'],
  ['EROFS', 'the file system is read-only: choose another data folder with --data'],
  ['EACCES', 'this user has no permission: check the owner and the mode of the file'],
  ['EPERM', 'this user has no permission: check the owner and the mode of the file'],
  ['ENOENT', 'it does not exist: check the path'],
  ['ENOTDIR', 'a part of the path is not a folder: check the path'],
  ['EISDIR', 'it is a folder: give a file'],
  ['EIO', 'the disk reports errors: check the hardware before you trust the data folder'],
  ['EMFILE', 'too many files are open: raise the limit (ulimit -n)'],
  ['ENFILE', 'too many files are open on this machine'],
]);

const PASSING_SYSTEM: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EMFILE',
  'ENFILE',
]);

/**
 * Expected errors exit with 2 if another request would help, and with 3 if the answer is unknown.
 * Unexpected errors are bugs in Countersign, and are reported as such.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return ofCommander(error);
  if (error instanceof CountersignError && error.code === 'CANNOT_TELL') {
    return { exitCode: EXIT.cannotTell, sentence: cannotTell(error.message) };
  }
  if (error instanceof CountersignError && error.code === 'INTERRUPTED') {
    return { exitCode: EXIT.interrupted, sentence: `countersign: ${error.message}` };
  }
  const kind = failureKind(error);
  if (error instanceof CountersignError && kind !== 'defect') {
    const exitCode = kind === 'refused' ? EXIT.wrongUsage : EXIT.cannotTell;
    return { exitCode, sentence: `countersign: ${error.message}` };
  }
  return ofSystem(error) ?? ofMissingPackage(error) ?? ofDefect(error);
}

function cannotTell(because: string): string {
  return `cannot tell, because ${because}`;
}

/** The error and its causes with their stacks, for `--debug`. */
export function* stackLines(error: unknown): Generator<string> {
  for (let at: unknown = error, depth = 0; at !== undefined && depth < 8; depth++) {
    const text = at instanceof Error ? (at.stack ?? at.message) : messageOf(at);
    for (const line of text.split('\n')) yield depth === 0 ? line : `  cause: ${line}`;
    at = at instanceof Error ? at.cause : undefined;
  }
}

function ofCommander(error: CommanderError): Failure {
  if (error.exitCode === 0) return { exitCode: EXIT.done, sentence: undefined };
  // Help without a command needs no further text.
  if (error.code === 'commander.help') return { exitCode: EXIT.wrongUsage, sentence: undefined };
  const [first = '', ...hints] = error.message
    .replace(/^error: /, '')
    .trim()
    .split('\n');
  const hint = hints.map((text) => ` ${text.trim()}`).join('');
  const said = `${first}${hint}`.replace(/\.$/, '');
  return { exitCode: EXIT.wrongUsage, sentence: `countersign: ${said}; see --help` };
}

function ofSystem(error: unknown): Failure | undefined {
  const { code, path } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const what = code === undefined ? undefined : SYSTEM.get(code);
  if (code === undefined || what === undefined) return undefined;
  const on = path === undefined ? '' : ` with ${path}`;
  return {
    exitCode: PASSING_SYSTEM.has(code) ? EXIT.cannotTell : EXIT.wrongUsage,
    sentence: `countersign: could not continue${on}: ${what} (${code})`,
  };
}

/** `npm install --omit=optional` omits native packages. */
function ofMissingPackage(error: unknown): Failure | undefined {
  const name = missingPackage(error);
  if (name === undefined) return undefined;
  return {
    exitCode: EXIT.wrongUsage,
    sentence:
      `countersign: could not continue: the package ${name} is not installed. Run "npm install ` +
      '--include=optional" where Countersign is installed',
  };
}

const MISSING = /^Cannot find (?:module|package) '(@[^/']+\/[^/']+|[^@./'\\][^/']*)/;

/** A missing file of our own is named by path, and is a defect. */
function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isMissing ? MISSING.exec(error.message)?.[1] : missingPackage(error.cause);
}

function ofDefect(error: unknown): Failure {
  const sentence =
    `countersign: a defect of Countersign: ${messageOf(error)}. Run it again with --debug and ` +
    'report the output';
  return { exitCode: EXIT.internalError, sentence };
}
