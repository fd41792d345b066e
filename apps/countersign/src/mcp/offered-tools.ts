import { assert } from '@countersign/core';
import type { Operation } from '../operations/definition/operation.ts';
import { loadOperations } from '../operations/registry.ts';
import { authorize } from '../operators/authorize.ts';
import type { Caller } from '../operators/caller.ts';
import { peopleView } from './agent-people.ts';
import type { OfferedTool } from './call-tool.ts';
import type { McpHost } from './mcp-host.ts';
import { toolInput } from './tool-input.ts';
import { ENTRY_RESOURCE, TOOLS, type Tool } from './tools.ts';

/** Every tool with its operation, in the order of the list. */
export type ToolCatalog = {
  readonly tools: readonly OfferedTool[];
  readonly entry: OfferedTool;
};

export async function loadToolCatalog(): Promise<ToolCatalog> {
  const operations = new Map((await loadOperations()).map((each) => [each.name, each]));
  return {
    tools: TOOLS.map((tool) => withOperation(tool, operations)),
    entry: withOperation(ENTRY_RESOURCE, operations),
  };
}

/**
 * The caller as narrowed for a tool; undefined if the caller may not use it. A tool that names
 * people needs a caller who may see names, or pseudonyms in place of them. A tool that cannot be
 * limited to a tenant needs a caller who may see all.
 */
export function callerFor(
  { tool, operation }: OfferedTool,
  caller: Caller,
  { people: agentPeople, machineClock }: Pick<McpHost, 'people' | 'machineClock'>,
): Caller | undefined {
  const decided = authorize(caller, operation, {}, machineClock.now());
  if (decided.kind === 'deny') return undefined;
  const { tenants } = decided.caller;
  const view = peopleView(decided.caller, operation, agentPeople);
  if (tool.people !== 'none' && view === 'withheld') return undefined;
  return tool.tenants === 'one' || tenants === 'all' ? decided.caller : undefined;
}

function withOperation(tool: Tool, operations: ReadonlyMap<string, Operation>): OfferedTool {
  const operation = operations.get(tool.operation);
  assert(operation?.runsIn === 'caller', `${tool.name} names an operation that reads`);
  return { tool, operation, input: toolInput(tool, operation) };
}
