const HOUR_MS = 3_600_000;

const NAME =
  /^tenantId=([0-9a-f-]{36})\/y=(\d{4})\/m=(\d{2})\/d=(\d{2})\/h=(\d{2})\/m=00\/PT1H\.json$/;

/** `tenantId=…/y=2026/m=03/d=02/h=12/m=00/PT1H.json`, as the export names an hour. */
export function blobName(tenantId: string, fromMs: number): string {
  const time = new Date(fromMs).toISOString();
  const [y, m, d, h] = [time.slice(0, 4), time.slice(5, 7), time.slice(8, 10), time.slice(11, 13)];
  return `tenantId=${tenantId}/y=${y}/m=${m}/d=${d}/h=${h}/m=00/PT1H.json`;
}

/** The hour that a name stands for; undefined for any other name. */
export function hourOf(
  name: string,
): { readonly tenantId: string; readonly fromMs: number } | undefined {
  const found = NAME.exec(name);
  if (found === null) return undefined;
  const [, tenantId = '', y, m, d, h] = found;
  const fromMs = Date.parse(`${y}-${m}-${d}T${h}:00:00Z`);
  return Number.isNaN(fromMs) || fromMs % HOUR_MS !== 0 ? undefined : { tenantId, fromMs };
}
