import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '@countersign/core';
import { usage } from './errors.ts';

/** A service elsewhere that runs the operations of commands. */
export type Remote = {
  readonly url: string;
  /** @throws CliError USAGE without a token */
  readonly token: () => string;
};

/** The flags of every command about a service elsewhere. */
export type RemoteFlags = { readonly server?: string; readonly tokenFile?: string };

/** The token never comes from the arguments, which every user of the machine can read. */
export function remoteOf(
  { server, tokenFile }: RemoteFlags,
  {
    env,
    cwd,
    data,
  }: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly cwd: string;
    readonly data: string | undefined;
  },
): Remote | undefined {
  if (server === undefined) {
    if (tokenFile !== undefined) throw usage('--token-file needs --server URL');
    return undefined;
  }
  if (data !== undefined) throw usage('--data and --server exclude each other: give one');
  return {
    url: server,
    token: () => {
      const text =
        tokenFile === undefined ? env['COUNTERSIGN_TOKEN'] : read(resolve(cwd, tokenFile));
      const token = text?.trim() ?? '';
      if (/^[\x21-\x7e]+$/.test(token)) return token;
      const from = tokenFile === undefined ? 'COUNTERSIGN_TOKEN' : tokenFile;
      throw usage(
        `there is no token in ${from}: create one with "countersign tokens create" beside the ` +
          'service, and put it into COUNTERSIGN_TOKEN or a file for --token-file',
      );
    },
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usage(`could not read the token from ${file}: ${messageOf(error)}; check --token-file`);
  }
}

/** For a command that is no question and no act of a service. */
export function refuseRemote(remote: Remote | undefined): void {
  if (remote === undefined) return;
  throw usage('this command runs on the machine of the service: leave out --server');
}
