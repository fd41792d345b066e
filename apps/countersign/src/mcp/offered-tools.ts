import { assert } from '@countersign/core';
import type { Operation } from '../operations/definition/operation.ts';
import { loadOperations } from '../operations/registry.ts';
import type { Caller } from '../operators/caller.ts';
import type { OfferedTool } from './call-tool.ts';
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
 * Whether a caller may use a tool. A tool that tells about people needs a caller who may see names,
 * and one that cannot be limited to a tenant needs a caller who may see all.
 */
export function isOffered({ tool, operation }: OfferedTool, caller: Caller): boolean {
  return (
    (caller.scopes === 'all' || caller.scopes.has(operation.scope)) &&
    (tool.people === 'none' || caller.people === 'names') &&
    (tool.tenants === 'one' || caller.tenants === 'all')
  );
}

function withOperation(tool: Tool, operations: ReadonlyMap<string, Operation>): OfferedTool {
  const operation = operations.get(tool.operation);
  assert(operation?.runsIn === 'caller', `${tool.name} names an operation that reads`);
  return { tool, operation, input: toolInput(tool, operation) };
}
