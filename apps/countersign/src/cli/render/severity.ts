import type { Style } from '../terminal/color.ts';

/** OCSF `severity_id` of a finding, in words. */
const SEVERITIES = ['', 'informational', 'low', 'medium', 'high', 'critical'] as const;
const INFORMATIONAL = 1;
const HIGH = 4;

export function severityText(severity: number): string {
  return SEVERITIES[severity] ?? '';
}

/** As {@link severityText}, for short lines. */
export function shortSeverityText(severity: number): string {
  return severity === INFORMATIONAL ? 'info' : severityText(severity);
}

export function severityStyle(severity: number): Style {
  return severity >= HIGH ? 'no' : 'plain';
}
