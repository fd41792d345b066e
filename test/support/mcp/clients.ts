import { Client, type ClientOptions } from '@modelcontextprotocol/client';

/** The official client in each way of negotiation: both eras, and what a server of 2025 sees. */
export const CLIENTS: readonly (readonly [name: string, options: ClientOptions])[] = [
  ['a client that negotiates', { versionNegotiation: { mode: 'auto' } }],
  ['a client of 2026-07-28', { versionNegotiation: { mode: { pin: '2026-07-28' } } }],
  ['a client of 2025', {}],
];

export function newClient(options: ClientOptions): Client {
  return new Client({ name: 'test', version: '1.0.0' }, options);
}

/** The structured content of a call that succeeded. */
export type Answer = {
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly because: readonly unknown[];
  readonly complete: { readonly answer: string };
  readonly asOf: { readonly origin: string; readonly size: number };
  readonly rows: number;
  readonly result: unknown;
  readonly evidence: readonly string[];
  readonly omitted: readonly string[];
};

type Reply = {
  readonly isError?: boolean | undefined;
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly structuredContent?: unknown;
};

/** Calls a tool; the text block holds the same answer as the structured content. */
export async function ask(
  client: Client,
  name: string,
  args: Readonly<Record<string, unknown>>,
): Promise<{ readonly answer: Answer; readonly texts: readonly string[] }> {
  const reply = (await client.callTool({ name, arguments: args })) as Reply;
  const texts = reply.content.map(({ text = '' }) => text);
  if (reply.isError === true) throw new Error(texts.join('\n'));
  return { answer: reply.structuredContent as Answer, texts };
}
