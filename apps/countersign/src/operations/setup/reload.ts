import { isDeepStrictEqual } from 'node:util';
import { assert, plural } from '@countersign/core';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import type { ConfigVersion } from '../../config/load-config.ts';
import { YES } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import type { HandlerContext } from '../host/handler-context.ts';
import type { HostWriter } from '../host/open-writer.ts';
import type { ReloadReport, ServiceControl } from '../host/service-control.ts';

/** Sections that apply while the service runs. No decision depends on them. */
const LIVE_SECTIONS: ReadonlySet<string> = new Set(['feeds', 'log'] satisfies (keyof Config)[]);

export const reload: LedgerOperation<object, ReloadReport> = {
  name: 'reload',
  summary: 'apply a changed configuration to the running service',
  description:
    'The service reads its configuration again. If the file has a problem, all problems are ' +
    'listed, and nothing changes. Otherwise the sections "feeds" and "log" apply at once, and an ' +
    'entry records the digest of the file. Other changed sections are named; they need a ' +
    'restart. Decisions go on. A reload waits for an import that runs. SIGHUP does the same.',
  scope: 'ledger:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'repeatable',
  where: 'anywhere',
  input: z.strictObject({}),
  output: z.strictObject({
    sha256: z.string().nullable(),
    applied: z.array(z.string()),
    needsRestart: z.array(z.string()),
    problems: z.array(z.string()),
    entry: z.int().nullable(),
  }),
  examples: [
    {
      summary: 'Apply a new feed',
      input: {},
      commandLine: 'reload',
      needs: 'service',
    },
  ],
  async run(writer, _, by) {
    const { service } = by;
    if (service === undefined) {
      const cure = 'start it with "countersign serve"; it reads the configuration then';
      throw invalidInput(`could not reload: no service runs on ${writer.dir}; ${cure}`);
    }
    const report = await reloadOf(writer, service, by);
    service.report(report);
    return report;
  },
  conclude({ problems }) {
    if (problems.length === 0) return YES;
    const text = `nothing was applied: the configuration has ${plural(problems.length, 'problem')}`;
    return { kind: 'failed', error: invalidInput(text) };
  },
};

async function reloadOf(
  writer: HostWriter,
  service: ServiceControl,
  { actor }: HandlerContext,
): Promise<ReloadReport> {
  const { DocumentError, problemText } = await import('@countersign/yaml-document');
  let next: ConfigVersion;
  try {
    next = service.readConfig();
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const texts = error.problems.map(problemText);
    const problems = texts.length === 0 ? [error.message] : texts;
    return { sha256: null, applied: [], needsRestart: [], problems, entry: null };
  }
  const { sha256, config } = next;
  const changed = changedSections(service.config, config);
  const applied = changed.filter((section) => LIVE_SECTIONS.has(section));
  const needsRestart = changed.filter((section) => !LIVE_SECTIONS.has(section));
  if (applied.length === 0) return { sha256, applied, needsRestart, problems: [], entry: null };
  // The entry comes first: a change that is not recorded never happens.
  const { ownEntryDraft } = await import('../../projection/entries/own-entry.ts');
  const { catchUpProjection } = await import('../../projection/catch-up.ts');
  const atMs = writer.clock.now();
  const body = { v: 1, what: 'reload', sha256, applied, needsRestart, ...actor, atMs };
  const [appended] = await writer.ledger.append([ownEntryDraft('config', atMs, body)]);
  await catchUpProjection(writer);
  assert(appended !== undefined, 'every draft has its outcome');
  service.apply(config);
  return { sha256, applied, needsRestart, problems: [], entry: appended.index };
}

/** Names of the top-level members that differ, sorted. */
function changedSections(current: Config, next: Config): string[] {
  const [before, after] = [new Map(Object.entries(current)), new Map(Object.entries(next))];
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return names.filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)));
}
