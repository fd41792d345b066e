import { z } from 'zod';
import type { Setting } from '../../config/list-settings.ts';
import { unknown, YES } from '../definition/conclusion.ts';
import { type ListOperation, wholeList } from '../definition/operation.ts';

export const showConfiguration: ListOperation<object, Setting, readonly Setting[]> = {
  name: 'configuration',
  summary: 'list the configuration of the running service as it is in force',
  description:
    'Lists every value of the configuration in force, with defaults, by its place in the ' +
    'document. Of a secret, it states the file or the variable that holds it, and nothing else. ' +
    'Without a running service, it cannot tell.',
  scope: 'operators:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: z.strictObject({ setting: z.string(), value: z.string(), isSecret: z.boolean() }),
  examples: [
    {
      summary: 'Which configuration is in force?',
      input: {},
      commandLine: 'configuration',
      needs: 'service',
    },
  ],
  async run({ service }) {
    const state = await service?.();
    const items = state?.settings ?? [];
    const conclude = () =>
      state === undefined
        ? unknown(
            'only a running service has a configuration in force. Ask it: countersign ' +
              'configuration --server ADDRESS',
          )
        : YES;
    return wholeList({ items, view: items, conclude });
  },
};
