import { createSignInLink } from '../../../operations/operators/links.ts';
import { bindDocument } from '../../adapter/binding.ts';
import type { CliGroup } from '../../adapter/declare-command.ts';
import { timeText } from '../../render/time-text.ts';

const link = bindDocument(createSignInLink, {
  async print({ terminal, json }, { output: created }) {
    if (json) {
      terminal.document(created);
      return;
    }
    const { name, roles, expiresMs, entry } = created;
    // Alone on standard output, so that a script can pass it on.
    terminal.line(created.link);
    const who = `${name} in as ${roles.join(', ')}`;
    const until = timeText(expiresMs);
    terminal.note(`It signs ${who}, once, until ${until}; recorded in entry ${entry}.`);
  },
});

export const commands: readonly CliGroup[] = [
  {
    name: 'operators',
    summary: 'let people sign in to the service',
    description:
      'People sign in to the service with the identity provider of the company, or with a ' +
      'one-time link. Links and sign-ins are entries of the ledger.',
    subcommands: [{ name: 'link', bindings: [link] }],
  },
];
