import { z } from 'zod';
import { ConfigError } from '../../config/errors.ts';
import type { SignedStatement } from '../../enforcement/approvals/signed-statement.ts';
import type { Bypass } from '../../enforcement/bypass/bypass.ts';
import {
  type BypassStatement,
  bypassStatementOf,
} from '../../enforcement/bypass/bypass-statement.ts';
import type { LedgerOperation } from '../definition/operation.ts';

/** A person's signed statement about a bypass; the configuration states who may sign. */
type BypassRecord = {
  readonly config: string;
  readonly said: SignedStatement<BypassStatement>;
};

export type RecordedBypass = { readonly entry: number; readonly bypass: Bypass };

export const recordBypass: LedgerOperation<BypassRecord, RecordedBypass> = {
  name: 'bypass record',
  summary: 'write a signed statement about a bypass into the ledger, and act on it',
  description: 'A step of the operations that request, approve and end a bypass.',
  isStep: true,
  scope: 'bypass:write',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  dryRun: 'offered',
  input: z.strictObject({
    config: z.string(),
    said: z.custom<SignedStatement<BypassStatement>>(
      (value) => bypassStatementOf(value) !== undefined,
      'it is not a signed statement about a bypass',
    ),
  }),
  output: z.strictObject({
    entry: z.int(),
    // Signed statements, as they are in the ledger.
    bypass: z.looseObject({ request: z.looseObject({}), entries: z.array(z.int()) }),
  }),
  examples: [],
  async run(writer, { config: file, said }, by) {
    const { systemWait } = await import('@countersign/m365');
    const { peopleOf } = await import('../../enforcement/approvals/read-people.ts');
    const { bypassesOf, checkStatement } = await import('../../enforcement/bypass/bypass.ts');
    const { BypassController } = await import('../../enforcement/bypass/bypass-controller.ts');
    const { readBypasses } = await import('../../enforcement/bypass/read-bypasses.ts');
    const { catchUpProjection } = await import('../../projection/catch-up.ts');
    const { ownEntryDraft } = await import('../../projection/entries/own-entry.ts');
    const { enforcementConfigFor } = await import('./load-enforcement-config.ts');
    const { env, random, hooks } = by;
    const endpoints = enforcementConfigFor(file, by);
    const { bypass: config } = endpoints;
    if (config === undefined) throw new ConfigError('REFERENCED_FILE', NO_BYPASS);
    const { clock } = writer;
    const people = peopleOf(endpoints);
    const bypasses = bypassesOf(await readBypasses(writer));
    checkStatement(said, bypasses, { people, nowMs: clock.now(), longestMs: config.longest });
    const { bypass: id, atMs } = said.statement;
    const [entry = -1] = await writer.decisionLog.append([ownEntryDraft('approval', atMs, said)]);
    await catchUpProjection(writer);
    const controller = new BypassController(config, people, writer, {
      clock,
      random,
      env,
      wait: systemWait,
    });
    const bypass = (await controller.refresh(hooks.signal)).get(id);
    await catchUpProjection(writer);
    if (bypass === undefined)
      throw new ConfigError('REFERENCED_FILE', `the bypass ${id} is not in the ledger`);
    return { entry, bypass };
  },
};

const NO_BYPASS = 'the configuration names no bypass: write enforcementPoints.bypass';
