import { z } from 'zod';
import type { ConfigEnvironment } from './config-environment.ts';
import type { ClientProof, OperatorsConfig, RoleMapping } from './operators-config.ts';
import { existingFolder, secretPlace } from './path-values.ts';
import { name, refuse, root, tenant } from './scalar-values.ts';

/** Operators: who may sign in to the service, with which roles. */
export function operatorsSchema(world: ConfigEnvironment): z.ZodType<OperatorsConfig> {
  return z
    .strictObject({
      url: root.default('http://127.0.0.1:8480'),
      provider: provider(world).optional(),
      roles: existingFolder(world).optional(),
      regions: z.record(z.string(), z.array(tenant).min(1)).default({}),
      assignments: z.array(assignment()).default([]),
    })
    .superRefine(({ regions, assignments }, context) => {
      for (const [at, { regions: named }] of assignments.entries()) {
        const unknown = named?.find((region) => !Object.hasOwn(regions, region));
        if (unknown === undefined) continue;
        const message = `names the region "${unknown}", which "regions" does not list: add it`;
        context.addIssue({ code: 'custom', path: ['assignments', at, 'regions'], message });
      }
    });
}

function provider(world: ConfigEnvironment) {
  const secret = secretPlace(world);
  return z
    .strictObject({
      issuer: issuer,
      clientId: name,
      secret: secret.optional(),
      key: secret.optional(),
      keyId: name.optional(),
    })
    .transform(({ issuer: at, clientId, secret: shared, key, keyId }, context) => {
      if ((shared === undefined) === (key === undefined)) {
        return refuse(context, 'needs a secret or a key: name the one that the client has');
      }
      const proof: ClientProof =
        key !== undefined
          ? { kind: 'key', place: key, keyId }
          : { kind: 'secret', place: shared as NonNullable<typeof shared> };
      return { issuer: at, clientId, proof };
    });
}

/** Compared byte by byte with the issuer of tokens, so it stays as it is written. */
const issuer = z.string().transform((text, context) => {
  const checked = root.safeParse(text);
  if (!checked.success) {
    return refuse(context, checked.error.issues[0]?.message ?? 'is not a web address');
  }
  return text;
});

function assignment() {
  const limit = z.array(name).min(1);
  return z
    .strictObject({
      role: name,
      claimedRole: name.optional(),
      group: name.optional(),
      person: name.optional(),
      tenants: z.array(tenant).min(1).optional(),
      regions: limit.optional(),
      groups: limit.optional(),
    })
    .transform(({ role, claimedRole, group, person, ...limits }, context): RoleMapping => {
      const claims = [
        { kind: 'role', value: claimedRole },
        { kind: 'group', value: group },
        { kind: 'person', value: person },
      ] as const;
      const [claim, ...others] = claims.filter(({ value }) => value !== undefined);
      if (claim?.value === undefined || others.length > 0) {
        return refuse(context, 'needs one of claimedRole, group and person: who has this role?');
      }
      const { tenants = null, regions = null, groups = null } = limits;
      return { role, claim: { kind: claim.kind, value: claim.value }, tenants, regions, groups };
    });
}
