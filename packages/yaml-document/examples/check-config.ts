/** Reads a small configuration, and reports every mistake of a bad one at once. */
import { DocumentError, parseYaml, problemText } from '@countersign/yaml-document';
import { z } from 'zod';

const schema = z.strictObject({
  listen: z.string(),
  tenants: z.array(z.strictObject({ id: z.guid(), name: z.string() })).min(1),
});

const good = `listen: 127.0.0.1:8480
tenants:
  - { id: 3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21, name: Northmoor }
`;
console.log(parseYaml({ file: 'good.yaml', text: good }, schema).tenants[0]?.name);

const bad = `listen: 8480
tenants:
  - { id: northmoor, nam: Northmoor }
`;
try {
  parseYaml({ file: 'bad.yaml', text: bad }, schema);
  throw new Error('a bad configuration was accepted');
} catch (error) {
  if (!(error instanceof DocumentError)) throw error;
  for (const problem of error.problems) console.log(problemText(problem));
}
