import { parseDirectoryFile, parseRegister, readPolicyFolder } from '@countersign/policy';
import type { SourceText } from '@countersign/yaml-document';
import { readConfigFile } from '@countersign/yaml-document';
import { runDetectors } from '../detection/runner/detection-runner.ts';
import { activatePolicies } from '../enforcement/decisions/policy-information-point.ts';
import { checkSignIns } from '../reconcile/checks/check-stage.ts';
import { type Command, requiredText, textOption } from './forwarding/command.ts';
import type { HandlerContext } from './host/handlers.ts';
import type { HostWriter } from './host/open-writer.ts';

/** Paths are absolute. */
export type PolicyUseWork = {
  readonly policies: string;
  readonly directory: string | undefined;
  readonly register: string | undefined;
};

export function policyUseWork(
  who: string,
  { policies, directory = '', register = '' }: PolicyUseWork,
): Command {
  const options = { policies, directory, register };
  return { command: 'policy use', args: [], tenant: null, who, options };
}

export type PolicyUsed = { readonly version: string; readonly entries: readonly number[] };

/** From now on these policies decide; sign-ins that nobody could judge are checked by them. */
export async function performPolicyUse(
  writer: HostWriter,
  work: Command,
  { actor }: HandlerContext,
): Promise<PolicyUsed> {
  const { source } = readPolicyFolder(requiredText(work, 'policies'));
  const used = await activatePolicies(writer, {
    source,
    directory: fileOf(work, 'directory', parseDirectoryFile),
    register: fileOf(work, 'register', parseRegister),
    by: `${actor.who}@${actor.host}`,
  });
  if (writer.detection === undefined) await checkSignIns(writer);
  else await runDetectors(writer, writer.detection.detectors);
  return used;
}

function fileOf<T>(
  work: Command,
  name: string,
  parse: (file: SourceText) => T,
): { readonly file: string; readonly read: T } | undefined {
  const file = textOption(work, name);
  if (file === undefined || file === '') return undefined;
  return { file, read: parse(readConfigFile(file)) };
}
