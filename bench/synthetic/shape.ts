import { TENANT } from './company.ts';

/**
 * One kind of record with its share of its workload. Strings may hold `{{holes}}`; a string that
 * is nothing but `{{#hole}}` becomes a number.
 */
export type Shape = {
  readonly workload: Workload;
  readonly recordTypeName: string;
  readonly weight: number;
  readonly document: Readonly<Record<string, unknown>>;
};

export const WORKLOADS = [
  'exchange-admin',
  'mail-bind',
  'mail-item',
  'files',
  'directory',
  'sign-ins',
  'teams',
] as const;

export type Workload = (typeof WORKLOADS)[number];

export type Fields = Readonly<Record<string, unknown>>;

export const OFFICE_APP = 'd3590ed6-52b3-4102-aeff-aad2292ab01c';
export const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/141.0.0.0',
  'Microsoft Office Word/16.0.19231 (Windows/10.0; Desktop x64)',
] as const;

/** The members that all records have, in the vendor's order. */
export function common(
  recordType: number,
  workload: string,
  operation: string,
  more: Fields,
): Fields {
  return {
    CreationTime: '{{time}}',
    Id: '{{id}}',
    Operation: operation,
    OrganizationId: TENANT,
    RecordType: recordType,
    UserKey: '{{puid}}',
    UserType: 0,
    Version: 1,
    Workload: workload,
    ClientIP: '{{ip}}',
    UserId: '{{upn}}',
    ...more,
  };
}

export function context(): Fields {
  return {
    AADSessionId: '{{session}}',
    IssuedAtTime: '{{issued}}',
    UniqueTokenId: '{{token}}',
  };
}

export function pairs(fields: Readonly<Record<string, string>>): Fields[] {
  return Object.entries(fields).map(([Name, Value]) => ({ Name, Value }));
}
