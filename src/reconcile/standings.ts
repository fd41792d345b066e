import { type Authorisations, STANDINGS } from './authorisations.ts';

/**
 * What stands behind sign-ins, as lines that the engine takes apart: a parameter of one text is
 * bound at once, a million values one by one.
 */
export async function standingLines(
  authorisations: Authorisations,
  period: { readonly fromMs?: number | undefined; readonly toMs?: number | undefined },
): Promise<string> {
  const lines: string[] = [];
  for await (const { index, standing, pass } of authorisations.standings(period)) {
    const { openedMs, expiresMs, endedMs, app, device, address } = pass ?? NO_BOUNDS;
    const bounds = [openedMs, expiresMs, endedMs, app, device, address].map(fieldOf);
    lines.push([index, STANDINGS.indexOf(standing), ...bounds].join('\t'));
  }
  return lines.join('\n');
}

/** One line for each registered identity of a tenant. */
export function registeredLines(registered: ReadonlyMap<string, readonly string[]>): string {
  return [...registered]
    .flatMap(([tenant, ids]) => ['', ...ids].map((id) => `${tenant}\t${fieldOf(id)}`))
    .join('\n');
}

const NO_BOUNDS = {
  ...{ openedMs: null, expiresMs: null, endedMs: null },
  ...{ app: null, device: null, address: null },
} as const;

/** Names come from doors: none may begin another field or line. */
function fieldOf(value: string | number | null): string {
  return value === null ? '' : String(value).replaceAll(/[\t\n]/g, ' ');
}
