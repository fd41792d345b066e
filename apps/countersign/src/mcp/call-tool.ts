import { createHash } from 'node:crypto';
import { CountersignError, messageOf, type TenantId } from '@countersign/core';
import { invalidInput } from '../operations/definition/errors.ts';
import { type AgentCall, recordAgentCall } from '../operations/people/record-agent-call.ts';
import type { Caller } from '../operators/caller.ts';
import { peopleView, withAskedPerson, withPseudonyms } from './agent-people.ts';
import type { CallSlots } from './call-slots.ts';
import { CALL_MS_MAX, PROSE_MAX } from './limits.ts';
import type { McpHost } from './mcp-host.ts';
import { hideFolder, type ReadOperation, runOperation } from './run-operation.ts';
import type { CallFrame, ToolInput } from './tool-input.ts';
import { type OperationAnswer, type ToolResult, toolResult } from './tool-result.ts';
import type { Tool } from './tools.ts';
import { type UntrustedText, untrusted, WITHHELD } from './untrusted-text.ts';

/** A tool with its operation, for one caller. */
export type OfferedTool = {
  readonly tool: Tool;
  readonly operation: ReadOperation;
  readonly input: ToolInput;
};

/** A call without an answer. */
export type CallError = {
  readonly tool: string;
  readonly error: { readonly code: string; readonly message: UntrustedText };
};

type ParsedCall = ReturnType<ToolInput['parse']>;

export type CallOutcome = ToolResult | CallError;

export type CallEnvironment = {
  readonly host: McpHost;
  readonly slots: CallSlots;
  readonly caller: Caller;
  /** Aborted when the client cancels. */
  readonly signal: AbortSignal;
};

/**
 * Runs one call, and writes its entry before anything is shown. Never throws: an error is an
 * outcome.
 */
export async function callTool(
  { host, slots, caller, signal }: CallEnvironment,
  { tool, operation, input }: OfferedTool,
  given: unknown,
): Promise<CallOutcome> {
  const slot = slots.take(caller.who);
  if (slot === undefined) {
    return failure(tool.name, 'BUSY', 'too many calls run: wait until another call ends');
  }
  let parsed: ParsedCall;
  try {
    parsed = input.parse(given);
  } catch (error) {
    slot[Symbol.dispose]();
    const outcome = failureOf(host, tool.name, error);
    return withEntry(host, caller, { outcome, given, frame: undefined });
  }
  const { frame } = parsed;
  let outcome: CallOutcome;
  try {
    outcome = await withinTime(host, signal, slot, (limited) =>
      answerTo({ host, slots, caller, signal: limited }, { tool, operation, input }, parsed),
    );
  } catch (error) {
    outcome = withoutNames(failureOf(host, tool.name, error), caller);
  }
  return withEntry(host, caller, { outcome, given, frame });
}

/** @throws CountersignError for input that is unusable */
async function answerTo(
  { host, caller, signal }: CallEnvironment,
  { tool, operation }: OfferedTool,
  { frame, input: given }: ParsedCall,
): Promise<CallOutcome> {
  const { people } = host;
  const view = peopleView(caller, operation, people);
  const input =
    view === 'pseudonyms' && people !== undefined
      ? await withAskedPerson(operation, given, people)
      : given;
  if (input === undefined) {
    return failure(tool.name, 'NO_SUCH_PERSON', 'no record names a person with this pseudonym');
  }
  const tenant = tenantOf(caller, tool, frame.tenant);
  const asked = { operation, input, limit: frame.limit, weigh: tool.weigh };
  const answer = await runOperation(host, { ...asked, tenant, caller, signal });
  const shown =
    view === 'pseudonyms' && people !== undefined
      ? withPseudonyms(operation, answer, input, people)
      : answer;
  return toolResult(tool, selected(tool, shown), view);
}

function selected({ select }: Tool, answer: OperationAnswer): OperationAnswer {
  if (answer.kind !== 'document' || select === undefined) return answer;
  return { ...answer, output: select(answer.output) };
}

export function isFailure(outcome: CallOutcome): outcome is CallError {
  return 'error' in outcome;
}

/** The slot is free when the work has really ended, which may be later than the answer. */
async function withinTime<T>(
  { callMsMax = CALL_MS_MAX, signal: stopped }: McpHost,
  canceled: AbortSignal,
  slot: Disposable,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(callMsMax);
  const signal = AbortSignal.any([late, canceled, stopped]);
  const work = run(signal).finally(() => slot[Symbol.dispose]());
  const ended = Promise.withResolvers<never>();
  const onAbort = (): void => {
    const text = late.aborted
      ? `the question takes longer than ${callMsMax / 1000} s: ask for a shorter period`
      : 'the call was canceled';
    ended.reject(invalidInput(text));
  };
  signal.addEventListener('abort', onAbort);
  // The loser of the race is not an unhandled rejection.
  work.catch(() => undefined);
  ended.promise.catch(() => undefined);
  try {
    return await Promise.race([work, ended.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** @throws OperationError INVALID_INPUT if the caller may not see the tenant, or has to name one */
function tenantOf(
  { tenants }: Caller,
  tool: Tool,
  asked: TenantId | undefined,
): TenantId | undefined {
  if (tenants === 'all' || tool.tenants === 'all') return asked;
  if (asked === undefined && tenants.size === 1) return [...tenants][0];
  if (asked !== undefined && tenants.has(asked)) return asked;
  throw invalidInput('could not read tenant: name one of the tenants that you may see');
}

function failureOf(host: McpHost, tool: string, error: unknown): CallError {
  if (error instanceof CountersignError)
    return failure(tool, error.code, hideFolder(host, error.message));
  // The message may contain paths or data: it belongs in the log.
  host.log(`the tool ${tool} failed: ${messageOf(error)}`);
  return failure(tool, 'DEFECT', 'a defect of Countersign: its log has the cause');
}

/** A message may list the people whom an ambiguous name means. */
function withoutNames({ tool, error }: CallError, { people }: Caller): CallError {
  return { tool, error: people === 'names' ? error : { ...error, message: WITHHELD } };
}

function failure(tool: string, code: string, message: string): CallError {
  return { tool, error: { code, message: untrusted(message, PROSE_MAX) } };
}

/** Without its entry, nothing is shown. */
async function withEntry(
  host: McpHost,
  caller: Caller,
  call: {
    readonly outcome: CallOutcome;
    readonly given: unknown;
    readonly frame: CallFrame | undefined;
  },
): Promise<CallOutcome> {
  const { outcome, given, frame } = call;
  const entry: AgentCall = {
    tool: outcome.tool,
    arguments: argumentsDigest(given),
    purpose: frame?.purpose,
    case: frame?.case,
    answer: isFailure(outcome) ? 'error' : outcome.answer,
    rows: isFailure(outcome) ? 0 : outcome.rows,
    asOf: isFailure(outcome) ? undefined : outcome.asOf.size,
  };
  try {
    await host.perform(caller, recordAgentCall, entry);
    return outcome;
  } catch (error) {
    host.log(`could not record a call of ${outcome.tool}: ${messageOf(error)}`);
    const text = 'the call could not be recorded in the ledger, so nothing is shown';
    return failure(outcome.tool, 'NOT_RECORDED', text);
  }
}

/** SHA-256 of the arguments as JSON with sorted members. */
function argumentsDigest(given: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(given)) ?? 'null')
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
