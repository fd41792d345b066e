import type { Random } from '@countersign/core';
import type { Config } from '../../config/config.ts';
import type { Actor } from '../../projection/entries/own-entry.ts';
import type { PlannedEntry } from '../../projection/rehearsal.ts';
import { performPolicyUse } from '../activate-policies.ts';
import { performBypass } from '../bypass.ts';
import { performDecide } from '../decide.ts';
import { performEndPass } from '../end-pass.ts';
import { performErase } from '../erase.ts';
import type { Command } from '../forwarding/command.ts';
import { ForwardingError } from '../forwarding/errors.ts';
import type { WorkHooks } from '../forwarding/forwarding-server.ts';
import { performGate } from '../gate.ts';
import { performHold, performRelease } from '../hold.ts';
import { performImport, performRetry } from '../import.ts';
import { performMarkFindings } from '../mark-findings.ts';
import { performApprove, performInvite, performRevoke } from '../passkeys.ts';
import { performRebuild } from '../rebuild.ts';
import { performAccess } from '../record-statement-access.ts';
import { performRestartClock } from '../restart-clock.ts';
import { performRotateKey } from '../rotate-key.ts';
import { performWitness } from '../witness.ts';
import type { HostWriter } from './open-writer.ts';
import { rehearse } from './rehearsal.ts';

/** What a process brings to work, its own or another's. */
export type HandlerContext = {
  readonly actor: Actor;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Worker threads. */
  readonly workers: number;
  readonly hooks: Pick<WorkHooks, 'signal' | 'progress'>;
  /** Of a process that was started with one; undefined: the work names its own. */
  readonly config?: Config | undefined;
  /** Only for work of its own. */
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
};

type PerformOne = (writer: HostWriter, work: Command, by: HandlerContext) => Promise<unknown>;

const PERFORM: ReadonlyMap<string, PerformOne> = new Map<string, PerformOne>([
  ['import', performImport],
  ['import --quarantined', performRetry],
  ['statement', performAccess],
  ['decide', performDecide],
  ['findings mark', performMarkFindings],
  ['bypass', performBypass],
  ['gate', performGate],
  ['ledger erase', performErase],
  ['ledger hold', performHold],
  ['ledger hold --release', performRelease],
  ['ledger restart-clock', performRestartClock],
  ['ledger rotate-key', performRotateKey],
  ['ledger witness', performWitness],
  ['passes end', performEndPass],
  ['passkeys approve', performApprove],
  ['passkeys invite', performInvite],
  ['passkeys revoke', performRevoke],
  ['policy use', performPolicyUse],
  ['rebuild', performRebuild],
]);

/**
 * Behind the name of a command: say what it would do, and change nothing. It belongs to the name,
 * so that a process of an older version refuses it instead of doing it.
 */
const DRY_RUN = ' --dry-run';

/** The same work as a dry run. */
export function dryRunOf(work: Command): Command {
  return { ...work, command: `${work.command}${DRY_RUN}` };
}

/** What a dry run answers. */
export type DryRun = { readonly dryRun: true; readonly entries: readonly PlannedEntry[] };

/** Does one writing command with the ledger that this process holds; the result is plain JSON. */
export async function perform(
  writer: HostWriter,
  work: Command,
  by: HandlerContext,
): Promise<unknown> {
  const isDry = work.command.endsWith(DRY_RUN);
  const command = isDry ? work.command.slice(0, -DRY_RUN.length) : work.command;
  const performOne = PERFORM.get(command);
  if (performOne !== undefined && isDry) {
    const options = { ...work.options, dryRun: true };
    const planned = (dry: HostWriter): Promise<unknown> =>
      performOne(dry, { ...work, command, options }, by);
    return { dryRun: true, entries: await rehearse(writer, planned) };
  }
  if (performOne !== undefined) return performOne(writer, work, by);
  throw new ForwardingError(
    'OTHER_VERSION',
    `the process that holds the ledger does not know the command "${work.command}": run one ` +
      'version of Countersign on one data folder',
  );
}
