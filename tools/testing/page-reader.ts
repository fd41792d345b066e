/** The result of reading one of our pages like a browser. */
export type ReadPage = {
  /** The action and the fields of its first form. */
  readonly action: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
  /** The token with which the page posts back. */
  readonly token: string;
  /** The options that the page passes to the authenticator. */
  readonly options: Readonly<Record<string, unknown>>;
};

export function readPage(text: string): ReadPage {
  const [, action] = /<form[^>]* method="post" action="([^"]*)"/.exec(text) ?? [];
  const fields = [...text.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [plain(name), plain(value)] as const,
  );
  const all = Object.fromEntries(fields);
  const [, data = '{}'] = /id="data">(.*?)<\/script>/s.exec(text) ?? [];
  const { options = {} } = JSON.parse(data) as { options?: Record<string, unknown> };
  const away = action === undefined ? undefined : plain(action);
  return { action: away, fields: all, token: all['token'] ?? '', options };
}

function plain(written: string): string {
  return written.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
