import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { ServerProcess } from '../server-process.ts';
import { sha256, TENANT } from './enforcement-content.ts';

export type Tool = {
  readonly name: string;
  readonly token: string;
  readonly enforcementPoint: string;
  /** YAML of its resources. */
  readonly resources: string;
  /** More lines, one member each. */
  readonly more?: string;
};

export type EndpointSettings = {
  readonly policies?: string;
  readonly directory: string;
  readonly tools: readonly Tool[];
  /** More YAML under `enforcement points`, indented by two. */
  readonly more?: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** A node of enforcement points in its own process. */
export class EndpointNode {
  readonly serving: ServerProcess;
  readonly url: string;
  readonly dir: string;

  private constructor(serving: ServerProcess, url: string, dir: string) {
    this.serving = serving;
    this.url = url;
    this.dir = dir;
  }

  static async start(dir: string, settings: EndpointSettings): Promise<EndpointNode> {
    const config = `${dir}.yaml`;
    const env = Object.fromEntries(
      settings.tools.map(({ token }, at) => [`TOOL_${at}`, sha256(token)]),
    );
    writeFileSync(config, endpointConfig(settings));
    const serving = await ServerProcess.start(dir, config, { ...env, ...settings.env });
    const { enforcementUrl } = serving.ready;
    assert.ok(typeof enforcementUrl === 'string', 'it reports where its enforcement points listen');
    return new EndpointNode(serving, enforcementUrl, dir);
  }

  async ask(
    path: string,
    body: unknown,
    { token = 'token-1', headers = {} }: { token?: string; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; headers: Headers; body: unknown }> {
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
  }

  async decision(request: object): Promise<boolean> {
    const { status, body } = await this.ask('/access/v1/evaluation', request);
    assert.equal(status, 200, JSON.stringify(body));
    return (body as { decision: boolean }).decision;
  }
}

function endpointConfig({ policies, directory, tools, more = '' }: EndpointSettings): string {
  const each = tools.map(
    ({ name, enforcementPoint, resources, more: members = '' }, at) =>
      `    - name: ${name}\n      tokenHash: { env: TOOL_${at} }\n      tenant: ${TENANT}\n` +
      `      enforcementPoint: ${enforcementPoint}\n      resources: ${resources}\n${members}`,
  );
  return `listen: 127.0.0.1:0
log: json
enforcementPoints:
  listen: 127.0.0.1:0
  url: https://pdp.example.com/tenant1
${policies === undefined ? '' : `  policies: ${policies}\n`}  directory: [${directory}]
  tools:
${each.join('')}${more}`;
}
