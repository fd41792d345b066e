import { z } from 'zod';
import type { RoleScopes } from '../../operators/roles/role-table.ts';
import { YES } from '../definition/conclusion.ts';
import { cannotTell } from '../definition/errors.ts';
import { type ListOperation, listResult, type Rows } from '../definition/operation.ts';

const ITEM: z.ZodType<RoleScopes> = z.strictObject({
  role: z.string(),
  scopes: z.array(z.string()),
});

export const listRoles: ListOperation<object, RoleScopes, Rows<RoleScopes>> = {
  name: 'operators roles',
  summary: 'list roles with the scopes that they give',
  description:
    'Lists the roles that the policies of the service name, with their scopes, as they were in ' +
    'force at its last start. Limits of an assignment to tenants, regions and groups narrow them.',
  scope: 'operators:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: ITEM,
  examples: [
    {
      summary: 'List what each role may do',
      input: {},
      commandLine: 'operators roles',
      needs: 'service',
    },
  ],
  async run({ dataDir }) {
    const { OperatorState } = await import('../../operators/operator-state.ts');
    using state = OperatorState.open(dataDir);
    const rows = state.roles.all();
    if (rows.length === 0) {
      throw cannotTell(
        'cannot tell which roles are in force: no service has started on this data folder. Start ' +
          'it with "countersign serve"',
      );
    }
    return listResult({ rows, itemOf: (row) => row, conclude: () => YES });
  },
};
