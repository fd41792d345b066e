/** Where a browser is after a page. It submits forms that post themselves, and follows no links. */
export type Stand =
  | { readonly kind: 'page'; readonly status: number; readonly text: string }
  | { readonly kind: 'sent-away'; readonly location: URL };

/** A page that posts its only form by itself; undefined for any other. */
export type Form = { readonly action: string; readonly values: URLSearchParams };

export function formOf(text: string): Form | undefined {
  const [, action] = /<form method="post" action="([^"]*)"/.exec(text) ?? [];
  if (action === undefined) return undefined;
  const values = new URLSearchParams();
  for (const [, name = '', value = ''] of text.matchAll(/name="([^"]*)" value="([^"]*)"/g)) {
    values.append(name, unescaped(value));
  }
  return { action: unescaped(action), values };
}

/** Opens an address and continues as a browser does, up to a form whose target matches `until`. */
export async function browse(address: string | Form, until?: string): Promise<Stand> {
  const isForm = typeof address !== 'string';
  const response = await fetch(isForm ? address.action : address, {
    redirect: 'manual',
    ...(isForm && { method: 'POST', body: address.values }),
  });
  const location = response.headers.get('location');
  if (location !== null) return { kind: 'sent-away', location: new URL(location) };
  const text = await response.text();
  const form = formOf(text);
  if (form === undefined || (until !== undefined && form.action.startsWith(until))) {
    return { kind: 'page', status: response.status, text };
  }
  return browse(form, until);
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
