/**
 * The form of a column. `json` is text that holds any value as JSON. A list has one form, a struct
 * one for each member.
 */
export type Shape =
  | 'text'
  | 'json'
  | 'int32'
  | 'int64'
  | 'double'
  | 'boolean'
  | 'map'
  | readonly [Shape]
  | { readonly [member: string]: Shape };

export type ClassShape = { readonly [column: string]: Shape };

/*
 * OCSF 1.8.0, the members that Countersign's events have. Glue infers a table once, so every file
 * of a class has all columns of the class (contracts2 3.9). Other members go to `unmapped`.
 */

const CODED = { type_id: 'int32', type: 'text' } as const;
const NAMED = { uid: 'text', name: 'text' } as const;
const PRODUCT = { ...NAMED, vendor_name: 'text', version: 'text' } as const;
const USER = {
  ...NAMED,
  ...CODED,
  uid_alt: 'text',
  email_addr: 'text',
  display_name: 'text',
} as const;
const SESSION = {
  uid: 'text',
  credential_uid: 'text',
  is_mfa: 'boolean',
  is_remote: 'boolean',
} as const;

const BASE: ClassShape = {
  cs_id: 'text',
  cs_index: 'int64',
  activity_id: 'int32',
  activity_name: 'text',
  category_uid: 'int32',
  category_name: 'text',
  class_uid: 'int32',
  class_name: 'text',
  type_uid: 'int64',
  type_name: 'text',
  time: 'int64',
  start_time: 'int64',
  end_time: 'int64',
  severity_id: 'int32',
  severity: 'text',
  status_id: 'int32',
  status: 'text',
  status_code: 'text',
  status_detail: 'text',
  message: 'text',
  count: 'int32',
  raw_data_size: 'int64',
  metadata: {
    uid: 'text',
    version: 'text',
    tenant_uid: 'text',
    correlation_uid: 'text',
    original_time: 'text',
    logged_time: 'int64',
    log_name: 'text',
    log_provider: 'text',
    event_code: 'text',
    product: PRODUCT,
    profiles: ['text'],
    loggers: [{ name: 'text', logged_time: 'int64' }],
  },
  actor: { app_uid: 'text', app_name: 'text', user: USER, session: SESSION },
  src_endpoint: {
    ip: 'text',
    port: 'int32',
    name: 'text',
    location: {
      country: 'text',
      city: 'text',
      region: 'text',
      lat: 'double',
      long: 'double',
    },
  },
  device: {
    uid: 'text',
    hostname: 'text',
    type_id: 'int32',
    is_compliant: 'boolean',
    is_managed: 'boolean',
  },
  http_request: { user_agent: 'text' },
  observables: [{ name: 'text', type_id: 'int32', type: 'text', value: 'text' }],
};

const RESOURCE = { ...NAMED, type: 'text', data: 'json' } as const;
const TECHNIQUE = NAMED;

/** By `class_uid`. */
const OWN: ReadonlyMap<number, ClassShape> = new Map<number, ClassShape>([
  [
    2004,
    {
      finding_info: {
        uid: 'text',
        title: 'text',
        desc: 'text',
        types: ['text'],
        first_seen_time: 'int64',
        last_seen_time: 'int64',
        analytic: { ...NAMED, ...CODED, version: 'text' },
        attacks: [{ technique: TECHNIQUE, sub_technique: TECHNIQUE }],
        product: PRODUCT,
      },
      is_alert: 'boolean',
      confidence: 'text',
      confidence_id: 'int32',
      confidence_score: 'int32',
      comment: 'text',
      remediation: { desc: 'text' },
      evidences: [{ data: 'json' }],
    },
  ],
  [3001, { user: USER }],
  [
    3002,
    {
      user: USER,
      service: NAMED,
      session: SESSION,
      authentication_token: { uid: 'text', type_id: 'int32' },
      is_mfa: 'boolean',
      is_remote: 'boolean',
      logon_type_id: 'int32',
      logon_type: 'text',
      auth_protocol_id: 'int32',
      auth_protocol: 'text',
    },
  ],
  [3004, { entity: { ...NAMED, ...CODED, data: 'json' } }],
  [3005, { user: USER, privileges: ['text'], resources: [RESOURCE] }],
  [3006, { group: { ...NAMED, type: 'text' }, user: USER }],
  [
    4009,
    {
      direction_id: 'int32',
      email: {
        from: 'text',
        to: ['text'],
        subject: 'text',
        message_uid: 'text',
        size: 'int64',
      },
    },
  ],
  [6001, { web_resources: [{ ...RESOURCE, url_string: 'text' }] }],
  [6003, { api: { operation: 'text', service: NAMED }, resources: [RESOURCE] }],
  [
    6006,
    {
      file: {
        ...NAMED,
        ...CODED,
        path: 'text',
        ext: 'text',
        size: 'int64',
        parent_folder: 'text',
      },
      share: 'text',
    },
  ],
]);

/** All columns of a class. A class without own columns has those of every event. */
export function classShape(classUid: number): ClassShape {
  return { ...BASE, ...OWN.get(classUid), unmapped: 'map' };
}
