import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { FEED_KINDS } from '../../../config/feeds/feed-kind.ts';
import { ownPackage } from '../../../config/installed-package.ts';
import { reasonSchema } from '../../../operations/definition/output-schemas.ts';
import { operationIdOf } from '../../../operations/offers.ts';
import { loadOperations } from '../../../operations/registry.ts';
import { API_ROOT, type ApiMember, type ApiRoute, apiRoutes } from './api-route.ts';
import { CASE_HEADER, PURPOSE_HEADER } from './names-access.ts';

const answer = z
  .strictObject({
    kind: z.enum(['yes', 'no', 'unknown']),
    because: z.array(reasonSchema).meta({ description: 'empty only for yes' }),
  })
  .openapi('Answer');

/** Made here: only a schema that is made after the generator is loaded can have a name. */
const watermark = z
  .strictObject({ origin: z.string(), size: z.int().min(0), at: z.string().nullable() })
  .openapi('Watermark');

const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: 'stable, for programs' }),
  })
  .openapi('Problem');

const notices = z.array(z.string()).meta({ description: 'sentences for a person' });

/** The schema of a value that nests without an end, which the generator cannot follow. */
const ROW = z.record(z.string(), z.unknown());

/** Statuses that every operation may reply with, besides 200. */
const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The request is not understood.',
  401: 'The request proves no caller.',
  403: 'The caller may not ask this.',
  422: 'The request is understood, and cannot be done.',
  429: 'The caller asks too much at once.',
  503: 'The service is busy, or stops.',
};

/** The OpenAPI 3.1 document of the interface, from the schemas that validate its requests. */
export function openApiDocument(routes: readonly ApiRoute[], version: string): object {
  const app = new OpenAPIHono();
  const { openAPIRegistry: registry } = app;
  registry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  for (const route of routes) registry.registerPath(pathOf(route));
  const document = app.getOpenAPI31Document({
    openapi: '3.1.1',
    info: {
      title: 'Countersign',
      version,
      description:
        'Questions about access to the suite, and acts. Every question that is understood has ' +
        'the status 200: its answer is yes, no or unknown, and no and unknown have reasons.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/', description: 'this service' }],
    security: [{ token: [] }],
  });
  return withoutFieldMeta({ ...document, webhooks: {} }) as object;
}

/** The document as a file: with the version of this program, and readable lines. */
export async function openApiText(): Promise<string> {
  const routes = apiRoutes(await loadOperations());
  return `${JSON.stringify(openApiDocument(routes, ownPackage().version), undefined, 2)}\n`;
}

function pathOf(route: ApiRoute): ReturnType<typeof createRoute> {
  const { operation, method, path, members } = route;
  const inQuery = members.filter(({ place }) => place === 'query');
  const inBody = members.filter(({ place }) => place === 'body');
  const inPath = members.filter(({ place }) => place === 'path');
  const own = operation.kind === 'list' && operation.name !== 'tail' ? LIST_PARAMETERS : {};
  const stream = operation.name === 'tail' ? STREAM_PARAMETERS : {};
  const query = z.object({ ...shapeOf(inQuery), ...own, ...stream, ...TENANT_PARAMETER });
  const described = createRoute({
    method: method.toLowerCase() as 'get',
    path: `${API_ROOT}${path}`,
    operationId: operationIdOf(operation.name),
    summary: operation.summary,
    description: operation.description,
    tags: [tagOf(route)],
    security: [{ token: [] }],
    request: {
      query,
      headers: z.object({
        ...NAMES_HEADERS,
        ...(operation.effect === 'write' && headersOf(method)),
      }),
      ...(inPath.length > 0 && { params: z.object(pathShapeOf(inPath)) }),
      ...(inBody.length > 0 && {
        body: {
          required: inBody.some(({ isRequired }) => isRequired),
          content: { [bodyTypeOf(method)]: { schema: z.strictObject(shapeOf(inBody)) } },
        },
      }),
    },
    responses: { 200: replyOf(route), ...problems(), ...(method === 'PATCH' && CONDITIONAL) },
  });
  return Object.assign(described, {
    'x-countersign-scope': operation.scope,
    'x-countersign-answer': operation.kind === 'document',
  });
}

const LIST_PARAMETERS = {
  limit: z.int().min(1).max(1000).optional().meta({ description: 'items of a page; default 100' }),
  cursor: z.string().optional().meta({ description: '"next" of the page before' }),
};

const STREAM_PARAMETERS = {
  wait: z.int().min(0).max(3600).optional().meta({
    description: 'seconds to follow; without it, until the reader leaves',
  }),
};

const TENANT_PARAMETER = {
  tenant: z.guid().optional().meta({ description: 'only this tenant' }),
};

/** The replies of a change that is bound to what the caller has seen. */
const CONDITIONAL = {
  412: { description: 'It has changed; the body shows it as it is now.' },
  428: { description: 'If-Match is missing.' },
};

const NAMES_HEADERS = {
  [PURPOSE_HEADER]: z.string().optional().meta({
    description: 'percent-encoded; with a case, and the scope names:read, the answer names people',
  }),
  [CASE_HEADER]: z.string().optional().meta({ description: 'the case of the purpose' }),
};

function headersOf(method: ApiRoute['method']): Record<string, z.ZodType> {
  return {
    'idempotency-key': z.string().max(128).optional().meta({
      description: 'the same key with the same body acts once, also after a retry',
    }),
    ...(method === 'PATCH' && {
      'if-match': z.string().meta({ description: 'the ETag of what the caller has seen' }),
    }),
  };
}

function shapeOf(members: readonly ApiMember[]): Record<string, z.ZodType> {
  return Object.fromEntries(members.map(({ name, schema }) => [name, schema]));
}

/** A path segment is text, whatever the operation reads from it. */
function pathShapeOf(members: readonly ApiMember[]): Record<string, z.ZodType> {
  return Object.fromEntries(
    members.map(({ name, schema }) => {
      const { description } = schema.meta() ?? {};
      return [
        name,
        z
          .string()
          .min(1)
          .meta({ description: description ?? name }),
      ];
    }),
  );
}

function bodyTypeOf(method: ApiRoute['method']): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
}

function replyOf({ operation }: ApiRoute): {
  description: string;
  content: Record<string, { schema: z.ZodType }>;
} {
  const output = operation.name === 'query' ? ROW : operation.output;
  const description = operation.summary;
  if (operation.name === 'tail') {
    const schema = z.looseObject({
      index: z.int(),
      kind: z.enum([...FEED_KINDS, 'mark', 'erased']),
    });
    const content = { 'application/x-ndjson': { schema }, 'text/event-stream': { schema } };
    return { description: 'One record per line or event.', content };
  }
  const schema =
    operation.kind === 'list'
      ? z.strictObject({
          items: z.array(output),
          complete: answer,
          asOf: watermark.nullable(),
          next: z.string().nullable(),
          notices,
        })
      : z.strictObject({
          answer,
          asOf: watermark.nullable(),
          result: output.nullable(),
          notices,
        });
  return { description, content: { 'application/json': { schema } } };
}

function problems(): Record<
  number,
  { description: string; content: Record<string, { schema: z.ZodType }> }
> {
  const content = { 'application/problem+json': { schema: problem } };
  return Object.fromEntries(
    Object.entries(PROBLEMS).map(([status, description]) => [status, { description, content }]),
  );
}

function tagOf({ path }: ApiRoute): string {
  return path.split('/')[1] ?? '';
}

/** Facts that fields have for other adapters. */
const FIELD_META: ReadonlySet<string> = new Set([
  ...['value', 'isPath', 'isFileOf', 'bytesMax', 'isTextOrStdin', 'isInternal', 'isForRemote'],
]);

/** @param within whether the members of the node are names that a schema chose */
function withoutFieldMeta(node: unknown, within: 'schema' | 'names' = 'schema'): unknown {
  if (Array.isArray(node)) return node.map((each) => withoutFieldMeta(each));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name]) => within === 'names' || !FIELD_META.has(name))
      .map(([name, value]) => [
        name,
        withoutFieldMeta(value, name === 'properties' ? 'names' : 'schema'),
      ]),
  );
}
