import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EndpointNode } from './endpoint-node.ts';
import { sha256, TENANT } from './enforcement-content.ts';

export type PersonState = {
  readonly kind?: 'member' | 'break-glass';
  readonly enabled?: boolean;
  readonly risk?: 'none' | 'high';
  readonly wave?: 'one' | 'two';
};

export type SuiteState = {
  readonly people: Readonly<Record<string, PersonState>>;
  readonly laptop?: 'healthy' | 'lost';
  readonly two?: 'open' | 'closed';
};

export type ReceiverSettings = {
  readonly name: string;
  readonly token: string;
  readonly may?: 'ssf.read' | 'ssf.manage';
  readonly pushTo?: readonly string[];
  /** More lines of YAML, one member each. */
  readonly more?: string;
};

/** Writes the directory of a company with one laptop and two waves. */
export function writeSuite(file: string, { people, laptop, two = 'open' }: SuiteState): void {
  const lines = Object.entries(people).map(([id, person]) => {
    const { kind = 'member', enabled = true, risk = 'none', wave = 'one' } = person;
    const said = `kind: ${kind}, enabled: ${enabled}, risk: ${risk}, groups: [${wave}], roles: []`;
    return `  - { id: ${id}, ${said} }`;
  });
  writeFileSync(
    file,
    `tenant: ${TENANT}
people:
${lines.join('\n')}
groups: [{ id: one }, { id: two }]
devices: [{ id: laptop, compliant: ${laptop !== 'lost'}, managed: true }]
waves: [{ id: w-one, state: open, groups: [one] }, { id: w-two, state: ${two}, groups: [two] }]
`,
  );
}

/**
 * A node with the default policies, and a tool that sends requests like the suite's enforcement
 * point: each permit opens a pass.
 */
export async function startSuiteEndpoint(
  folder: string,
  settings: {
    readonly directory: string;
    readonly receivers: readonly ReceiverSettings[];
    /** More YAML under `enforcement points`, indented by two. */
    readonly more?: string;
  },
): Promise<EndpointNode> {
  const key = `${folder}.pem`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const receivers = settings.receivers.map(({ name, token, may, pushTo = [], more = '' }) => {
    const hash = `${folder}-${name}.sha256`;
    writeFileSync(hash, sha256(token));
    const scope = may === undefined ? '' : `        may: ${may}\n`;
    return (
      `      - name: ${name}\n        audience: https://${name}.example.com\n` +
      `        tokenHash: { file: ${hash} }\n${scope}` +
      `        pushTo: [${pushTo.join(', ')}]\n${more}`
    );
  });
  const events = `  events:\n    signingKeys: [${key}]\n    receivers:\n${receivers.join('')}`;
  return EndpointNode.start(folder, {
    directory: settings.directory,
    tools: [
      {
        ...{
          name: 'entra',
          token: 'token-1',
          enforcementPoint: 'eam',
          resources: '[{ type: suite }]',
        },
        more: '      passFor: 8h\n',
      },
    ],
    more: `${events}${settings.more ?? ''}`,
  });
}

/** Signs a person in at the enforcement point. Returns the id of the opened pass. */
export async function signIn(node: EndpointNode, who: string, device?: string): Promise<string> {
  const { body } = await node.ask('/access/v1/evaluation', signInRequest(who, device));
  const { pass } = (body as { context: { pass?: { id: string } } }).context;
  if (pass === undefined) throw new Error(`${who} was denied: ${JSON.stringify(body)}`);
  return pass.id;
}

export function signInRequest(who: string, device?: string): object {
  return {
    subject: { type: 'user', id: who },
    action: { name: 'signIn' },
    resource: { type: 'suite', id: TENANT },
    context: {
      factor: 'multi',
      address: '198.51.100.7',
      ...(device === undefined ? {} : { device }),
    },
  };
}

export function folderOf(
  root: string,
  name: string,
): { readonly dir: string; readonly file: string } {
  return { dir: join(root, name), file: join(root, `${name}-people.yaml`) };
}
