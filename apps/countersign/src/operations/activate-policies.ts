import { parseDirectoryFile, parseRegister, readPolicyFolder } from '@countersign/policy';
import type { ConfigFile } from '@countersign/yaml-document';
import { readConfigFile } from '@countersign/yaml-document';
import { watch } from '../detection/runner/detection-runner.ts';
import { putInForce } from '../enforcement/decisions/policy-information-point.ts';
import { checkSignIns } from '../reconcile/checks/check-stage.ts';
import { requiredText, textOption, type Work } from './forwarding/command.ts';
import type { Performer } from './host/handlers.ts';
import type { Writer } from './host/open-writer.ts';

/** Paths are absolute. */
export type PolicyUseWork = {
  readonly policies: string;
  readonly directory: string | undefined;
  readonly register: string | undefined;
};

export function policyUseWork(
  who: string,
  { policies, directory = '', register = '' }: PolicyUseWork,
): Work {
  const options = { policies, directory, register };
  return { command: 'policy use', args: [], tenant: null, who, options };
}

export type PolicyUsed = { readonly version: string; readonly entries: readonly number[] };

/** From now on these policies decide; sign-ins that nobody could judge are checked by them. */
export async function performPolicyUse(
  writer: Writer,
  work: Work,
  { doer }: Performer,
): Promise<PolicyUsed> {
  const { source } = readPolicyFolder(requiredText(work, 'policies'));
  const used = await putInForce(writer, {
    source,
    directory: fileOf(work, 'directory', parseDirectoryFile),
    register: fileOf(work, 'register', parseRegister),
    by: `${doer.who}@${doer.host}`,
  });
  if (writer.detection === undefined) await checkSignIns(writer);
  else await watch(writer, writer.detection.judges);
  return used;
}

function fileOf<T>(
  work: Work,
  name: string,
  parse: (file: ConfigFile) => T,
): { readonly file: string; readonly read: T } | undefined {
  const file = textOption(work, name);
  if (file === undefined || file === '') return undefined;
  return { file, read: parse(readConfigFile(file)) };
}
