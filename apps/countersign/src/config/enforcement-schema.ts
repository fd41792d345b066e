import { quoted } from '@countersign/core';
import { z } from 'zod';
import type { ConfigEnvironment } from './config-environment.ts';
import { credentials } from './credentials-schema.ts';
import {
  ATTESTATION_FORMATS,
  type EnforcementConfig,
  EVENT_SCOPES,
  type ExternalMethodConfig,
  PROXY_KINDS,
} from './enforcement-config.ts';
import { CONNECTIONS_PER_ADDRESS_MAX } from './limits.ts';
import {
  existingFile,
  existingFolder,
  fileToMake,
  folderToMake,
  secretPlace,
} from './path-values.ts';
import {
  every,
  guid,
  isLoopback,
  listen,
  name,
  refuse,
  root,
  tenant,
  tokenLife,
} from './scalar-values.ts';

export function endpointsSchema(world: ConfigEnvironment): z.ZodType<EnforcementConfig> {
  const file = existingFile(world);
  return z
    .strictObject({
      listen: listen.default({ host: '127.0.0.1', port: 8481 }),
      url: publicUrl,
      tls: z.strictObject({ certificate: file, key: file, clients: file.optional() }).optional(),
      connectionsPerAddress: z.int().min(1).max(CONNECTIONS_PER_ADDRESS_MAX).optional(),
      policies: existingFolder(world).optional(),
      directory: z.array(file).default([]),
      suiteTokens: tokenLife.optional(),
      tools: z.array(tool(world)).default([]),
      proxies: z.array(proxy(world)).default([]),
      identity: identity(world).optional(),
      external: external(world).optional(),
      people: z.array(z.strictObject({ name, key: file })).default([]),
      events: events(world).optional(),
      bypass: bypass(world).optional(),
    })
    .superRefine((endpoints, context) => {
      for (const [at, what] of problemsOf(endpoints)) {
        context.addIssue({ code: 'custom', path: at, message: what });
      }
    });
}

/** Problems that involve more than one member. */
function* problemsOf(
  enforcementPoints: EnforcementConfig,
): Iterable<[path: (string | number)[], what: string]> {
  const { listen: at, tls, identity, proxies, tools, events } = enforcementPoints;
  if (tls === undefined && !isLoopback(at.host)) {
    yield [
      ['listen'],
      'is an address that other machines reach: write tls, because callers send tokens to it',
    ];
  }
  if (proxies.length > 0 && identity === undefined) {
    yield [['proxies'], 'cannot identify the caller: add "identity"'];
  }
  if (enforcementPoints.bypass !== undefined && enforcementPoints.people.length < 2) {
    yield [['bypass'], 'needs two people: add "people", each with a name and a key'];
  }
  const names = new Set<string>();
  for (const [at, person] of enforcementPoints.people.entries()) {
    // A reader of the approval entry cannot tell Ada from ada, so one person could approve as two.
    const plain = person.name.trim().toLowerCase();
    if (names.has(plain)) yield [['people', at, 'name'], 'is the name of another person as well'];
    names.add(plain);
  }
  const lists = { tools, proxies, receivers: events?.receivers ?? [] };
  const seen = new Map<string, string>();
  for (const [list, callers] of Object.entries(lists)) {
    for (const [at, { name: called, certificate }] of callers.entries()) {
      const path = list === 'receivers' ? ['events', list, at] : [list, at];
      const before = seen.get(called);
      if (before !== undefined) yield [[...path, 'name'], `is the name of ${before} as well`];
      seen.set(called, `${list}[${at}]`);
      if (certificate !== undefined && tls?.clients === undefined) {
        yield [[...path, 'certificate'], 'is never checked: name its authority in tls.clients'];
      }
    }
  }
}

function proofs(world: ConfigEnvironment) {
  return {
    name,
    tokenHash: secretPlace(world).optional(),
    certificate: existingFile(world).optional(),
  };
}

const NO_PROOF = { message: 'has no proof of identity: write tokenHash, certificate, or both' };

function isProved(caller: {
  readonly tokenHash?: unknown;
  readonly certificate?: unknown;
}): boolean {
  return caller.tokenHash !== undefined || caller.certificate !== undefined;
}

function tool(world: ConfigEnvironment) {
  return z
    .strictObject({
      ...proofs(world),
      tenant: tenant.optional(),
      enforcementPoint: name.default('authzen'),
      passFor: every.optional(),
      resources: z
        .array(z.strictObject({ type: name, ids: z.array(name).min(1).optional() }))
        .min(1),
    })
    .refine(isProved, NO_PROOF);
}

function proxy(world: ConfigEnvironment) {
  const site = z.strictObject({
    host: hostName,
    app: name,
    type: name.default('app'),
    action: name.default('useApp'),
  });
  return z
    .strictObject({
      ...proofs(world),
      tenant: tenant.optional(),
      kind: z.enum(PROXY_KINDS),
      signIn: publicUrl.optional(),
      passFor: every.optional(),
      sites: z.array(site).min(1),
    })
    .refine(isProved, NO_PROOF);
}

function identity(world: ConfigEnvironment) {
  return z.strictObject({
    issuer: name,
    audience: name,
    keys: existingFile(world),
    claim: name.default('sub'),
    cookie: z
      .string()
      .regex(
        /^[A-Za-z0-9_-]{1,64}$/,
        'is not the name of a cookie: use letters, digits, "_" and "-"',
      )
      .default('countersign'),
  });
}

function external(world: ConfigEnvironment): z.ZodType<ExternalMethodConfig> {
  const file = existingFile(world);
  const passkeys = z
    .strictObject({
      name,
      formats: z
        .array(z.enum(ATTESTATION_FORMATS))
        .min(1)
        .default([...ATTESTATION_FORMATS]),
      authenticators: z.array(guid).min(1).optional(),
      shared: folderToMake(world).optional(),
      makers: z.array(file).default([]),
    })
    .refine(({ formats, makers }) => makers.length === 0 || !formats.includes('none'), {
      message: 'names makers, but accepts keys without attestation: remove none from formats',
    });
  return z.strictObject({
    clientId: name,
    appId: guid,
    tokensAppId: guid.optional(),
    tenants: z.array(tenant).min(1).optional(),
    authority: root.default('https://login.microsoftonline.com'),
    authorityFile: file.optional(),
    keys: fileToMake(world),
    passFor: every.default(8 * 3_600_000),
    address: z.enum(['connection', 'forwarded']).default('connection'),
    passkeys,
  });
}

function events(world: ConfigEnvironment) {
  const receiver = z
    .strictObject({
      ...proofs(world),
      audience: name,
      pushTo: z.array(origin).default([]),
      may: z.enum(EVENT_SCOPES).default('ssf.manage'),
    })
    .refine(isProved, NO_PROOF);
  return z.strictObject({
    signingKeys: z.array(existingFile(world)).min(1),
    receivers: z.array(receiver).default([]),
  });
}

/** Off by default, because a bypass needs an identity with write access to the suite. */
function bypass(world: ConfigEnvironment) {
  return z.strictObject({
    tenant,
    authority: root.default('https://login.microsoftonline.com'),
    authorityFile: existingFile(world).optional(),
    graph: root.default('https://graph.microsoft.com'),
    credentials: credentials(world),
    method: guid,
    longest: every.default(8 * 3_600_000),
  });
}

/** AuthZEN 1.0, 9.1, and SSF 1.0, 7.1: https, without query or fragment. */
const publicUrl: z.ZodType<string> = z.string().transform((text, context) => {
  const url = URL.parse(text);
  const isPlain = url !== null && url.search === '' && url.hash === '' && url.username === '';
  if (isPlain && url.protocol === 'https:') return text.replace(/\/+$/, '');
  return refuse(
    context,
    `${quoted(text)} is not an https address without a query: write https://HOST`,
  );
});

const origin: z.ZodType<string> = z.string().transform((text, context) => {
  const url = URL.parse(text);
  const isHere = url?.hostname === '127.0.0.1' || url?.hostname === 'localhost';
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isHere);
  if (url !== null && isSafe && url.pathname === '/') return url.origin;
  return refuse(context, `${quoted(text)} is not an origin: write https://HOST, without a path`);
});

const hostName: z.ZodType<string> = z.string().transform((text, context) => {
  if (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text)) return text.toLowerCase();
  return refuse(context, `${quoted(text)} is not the name of a host: write it as wiki.example.com`);
});
