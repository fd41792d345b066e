/**
 * The principal of a record: of an event its actor, of a decision its subject, of a finding the
 * first principal that it names. Undefined if the body names none.
 */
export function principalOf(body: object): string | undefined {
  const { actor, request, evidences, principal } = body as {
    readonly [name: string]: unknown;
  };
  const user = member(actor, 'user');
  const found =
    textOf(member(user, 'uid')) ??
    textOf(member(user, 'name'))?.toLowerCase() ??
    textOf(member(actor, 'app_uid')) ??
    textOf(member(member(request, 'subject'), 'id')) ??
    textOf(member(principal, 'id'));
  return found ?? firstPrincipal(evidences);
}

function firstPrincipal(evidences: unknown): string | undefined {
  const [first] = Array.isArray(evidences) ? (evidences as readonly unknown[]) : [];
  const principals = member(member(first, 'data'), 'principals');
  return Array.isArray(principals) ? textOf((principals as readonly unknown[])[0]) : undefined;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as { readonly [name: string]: unknown })[name];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
