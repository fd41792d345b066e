import { type TenantId, tenantId } from '@countersign/core';
import { z } from 'zod';
import { type FieldMeta, field } from '../operations/definition/fields.ts';
import type { Operation } from '../operations/definition/operation.ts';
import { parseInput } from '../operations/definition/parse-input.ts';
import { PURPOSE_MAX } from '../operations/people/record-agent-call.ts';
import { ROWS_DEFAULT, ROWS_MAX } from './limits.ts';
import type { Tool } from './tools.ts';

/** Why and about what an agent asks, besides the input of the operation. */
export type CallFrame = {
  readonly purpose: string | undefined;
  readonly case: string | undefined;
  readonly tenant: TenantId | undefined;
  /** Rows of a list. */
  readonly limit: number;
};

/** The arguments of a tool: those of its operation that a remote caller may give, and ours. */
export type ToolInput = {
  /** JSON Schema 2020-12. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** @throws OperationError INVALID_INPUT with the name of the first invalid argument */
  parse(given: unknown): { readonly frame: CallFrame; readonly input: object };
};

export function toolInput(tool: Tool, operation: Operation): ToolInput {
  const own = membersOf(tool, operation);
  const frame = frameOf(tool, operation);
  const schema = z.strictObject({ ...own, ...frame });
  return {
    schema: z.toJSONSchema(schema, {
      io: 'input',
      unrepresentable: 'any',
      // Facts for other adapters.
      override: ({ jsonSchema }) => {
        for (const name of ADAPTER_FACTS) delete (jsonSchema as Record<string, unknown>)[name];
      },
    }),
    parse(given) {
      const all = parseInput(schema, given) as Readonly<Record<string, unknown>>;
      const input = Object.fromEntries(
        Object.keys(own).flatMap((name) => (name in all ? [[name, all[name]]] : [])),
      );
      return {
        input: parseInput(operation.input, input),
        frame: {
          purpose: all['purpose'] as string | undefined,
          case: all['case'] as string | undefined,
          tenant: all['tenant'] === undefined ? undefined : tenantId(all['tenant'] as string),
          limit: (all['limit'] as number | undefined) ?? ROWS_DEFAULT,
        },
      };
    },
  };
}

const ADAPTER_FACTS: readonly (keyof FieldMeta)[] = [
  'value',
  'isPath',
  'isFileOf',
  'bytesMax',
  'isTextOrStdin',
  'isInternal',
];

type Members = Readonly<Record<string, z.ZodType>>;

/** No member that names a file of this machine, carries one, or is set by another process. */
function membersOf({ without = [], descriptions = {} }: Tool, { input, name }: Operation): Members {
  if (!(input instanceof z.ZodObject)) throw new TypeError(`${name} has no object as its input`);
  const members = Object.entries(input.shape as Members).filter(([member, schema]) => {
    const { isPath, isFileOf, isInternal } = (schema.meta() ?? {}) as FieldMeta;
    const isLocal = isPath === true || isFileOf !== undefined || isInternal === true;
    return !isLocal && !without.includes(member);
  });
  return Object.fromEntries(
    members.map(([member, schema]) => {
      const description = descriptions[member];
      return [member, description === undefined ? schema : schema.meta({ description })];
    }),
  );
}

function frameOf({ people, needsCase, tenants }: Tool, { kind }: Operation): Members {
  const text = z.string().trim().min(1).max(PURPOSE_MAX);
  const purpose = people === 'named' ? text : text.optional();
  const caseName = needsCase === true ? text : text.optional();
  return {
    purpose: field(purpose, 'why you ask, in a sentence; the ledger records it'),
    case: field(caseName, 'the case or ticket that you ask for'),
    ...(tenants === 'one' && {
      tenant: field(z.guid().optional(), 'only data of this tenant'),
    }),
    ...(kind === 'list' && {
      limit: field(
        z.int().min(1).max(ROWS_MAX).optional(),
        `at most this many rows; default ${ROWS_DEFAULT}`,
      ),
    }),
  };
}
