import { type Clock, OWN_TENANT, type Random, type TenantId, tenantId } from '@countersign/core';
import {
  type Counterfactual,
  type DecidedEntry,
  DecisionPoint,
  type DecisionRequest,
  loadDirectoryFile,
  loadRegister,
  PolicyInformation,
  type PolicyOutcome,
  PolicySet,
  type PolicySource,
  parseDirectoryFile,
  parseRegister,
  parseRequest,
  readPolicyFolder,
  type SuiteDirectory,
} from '@countersign/policy';
import { readConfigFile } from '@countersign/yaml-document';
import {
  PolicyInformationPoint,
  policyTextEntries,
} from '../enforcement/decisions/policy-information-point.ts';
import { catchUpProjection } from '../projection/catch-up.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { type Command, requiredText, textOption } from './forwarding/command.ts';

/** One decision, with policies and a directory out of files where they are named. */
export type DecideWork = {
  /** The text of an AuthZEN evaluation. */
  readonly request: string;
  readonly door: string;
  readonly tenant: TenantId | undefined;
  /** Absolute paths, as all here; undefined: the policies in force. */
  readonly policies: string | undefined;
  /** Where none are in force. */
  readonly defaults: string;
  readonly directory: string | undefined;
  readonly register: string | undefined;
  readonly flip: 'smallest' | undefined;
};

export function decideWork(who: string, what: DecideWork): Command {
  const { tenant, policies = null, directory = null, register = null, flip = null } = what;
  const { request, door, defaults } = what;
  const options = { request, door, defaults, policies, directory, register, flip };
  return { command: 'decide', args: [], tenant: tenant ?? null, who, options };
}

/** Decides and accounts for it. */
export async function performDecide(writer: LedgerWriter, work: Command): Promise<DecidedEntry> {
  const { decisionLog, clock, random } = writer;
  const { information } = await PolicyInformationPoint.open(writer);
  const folder = textOption(work, 'policies');
  const inForce = folder === undefined ? information.policies : undefined;
  const source = inForce === undefined ? sourceOf(work) : undefined;
  const policies = inForce ?? PolicySet.parse(source as PolicySource);
  const asked = prepare(work, information, clock);
  if (source !== undefined) {
    // What decided must be readable later, whatever becomes of the folder.
    const texts = policyTextEntries(policies, source, information, clock.now());
    if (texts.length > 0) await decisionLog.append(texts);
  }
  const { directory, request } = asked;
  const point = new DecisionPoint({ policies, directory, decisionLog, clock, random });
  const flip = textOption(work, 'flip') === 'smallest' ? 'smallest' : undefined;
  const decided = await point.decide(request, { flip });
  await catchUpProjection(writer);
  return decided;
}

/** What would be decided: without a ledger, so that it lets nobody in. */
export function evaluateWork(
  work: Command,
  clock: Clock,
  random: Random,
): PolicyOutcome & { readonly flip?: Counterfactual | null } {
  const policies = PolicySet.parse(sourceOf(work));
  const { directory, request } = prepare(work, new PolicyInformation(), clock);
  const decisionLog = { append: () => Promise.reject(new Error('nothing is decided here')) };
  const point = new DecisionPoint({ policies, directory, decisionLog, clock, random });
  const outcome = point.evaluate(request);
  if (textOption(work, 'flip') !== 'smallest') return outcome;
  return { ...outcome, flip: point.flip(request) };
}

function sourceOf(work: Command): PolicySource {
  return readPolicyFolder(textOption(work, 'policies') ?? requiredText(work, 'defaults')).source;
}

function prepare(
  work: Command,
  policyInformation: PolicyInformation,
  clock: Clock,
): { readonly directory: SuiteDirectory; readonly request: DecisionRequest } {
  const readMs = clock.now();
  const store = policyInformation.directory;
  const tenants: TenantId[] = [];
  const file = textOption(work, 'directory');
  if (file !== undefined) {
    const read = parseDirectoryFile(readConfigFile(file));
    tenants.push(loadDirectoryFile(store, read, { file, readMs }));
  }
  const register = textOption(work, 'register');
  if (register !== undefined) {
    const read = parseRegister(readConfigFile(register));
    tenants.push(loadRegister(store, read, { file: register, readMs }));
  }
  return { directory: policyInformation.suite(clock), request: requestOf(work, tenants[0]) };
}

/** The tenant is the one that is named, else the suite that is asked about, else the files'. */
function requestOf(work: Command, fileTenant: TenantId | undefined): DecisionRequest {
  const endpoint = requiredText(work, 'door');
  const value: unknown = JSON.parse(requiredText(work, 'request'));
  const request = parseRequest(value, { door: endpoint, tenant: fileTenant ?? OWN_TENANT });
  const { type, id } = request.resource;
  if (work.tenant !== null) return { ...request, tenant: tenantId(work.tenant) };
  return type.toLowerCase() === 'suite' ? { ...request, tenant: tenantId(id) } : request;
}
