import { comment, type Schema, typeOf } from './schema-type.ts';

type Parameter = {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
};

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

type DocumentedOperation = {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
};

/** An OpenAPI 3.1 document, as `open-api.ts` of the server writes it. */
export type OpenApiDocument = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

const NOTE = '// Written by "npm run reference" from docs/reference/openapi.json. Do not edit.\n\n';

/** What pages and streams add by themselves. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set(['cursor']);

type Form = 'document' | 'list' | 'stream';

/** The types of all operations. */
export function typesSource(document: OpenApiDocument): string {
  const named = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `${comment(schema.description, '')}export type ${name} = ${typeOf(schema, 'output')};\n\n`,
  );
  const operations = operationsOf(document).map(({ operation, form }) => {
    const input = typeOf(inputOf(operation), 'input', '    ');
    const output = typeOf(outputOf(operation, form), 'output', '    ');
    return (
      `${comment(operation.summary, '  ')}  readonly ${operation.operationId}: {\n` +
      `    readonly form: '${form}';\n` +
      `    readonly input: ${input};\n    readonly output: ${output};\n  };\n`
    );
  });
  return `${NOTE}${named.join('')}export type Operations = {\n${operations.join('')}};\n`;
}

/** Where the service offers each operation, as a table that the client reads. */
export function routesSource(document: OpenApiDocument): string {
  const rows = operationsOf(document).map(({ method, path, operation, form }) => {
    const { operationId, parameters = [] } = operation;
    const isAct = parameters.some(({ name }) => name === 'idempotency-key');
    const verb = method.toUpperCase();
    return (
      `  ${operationId}: {\n    method: '${verb}',\n    path: '${path}',\n` +
      `    form: '${form}',\n    effect: '${isAct ? 'act' : 'read'}',\n  },\n`
    );
  });
  return (
    `${NOTE}import type { Route } from '../route.ts';\n` +
    "import type { Operations } from './types.ts';\n\n" +
    `export const ROUTES: Readonly<Record<keyof Operations, Route>> = {\n${rows.join('')}};\n`
  );
}

function operationsOf({ paths }: OpenApiDocument): {
  readonly method: string;
  readonly path: string;
  readonly operation: DocumentedOperation;
  readonly form: Form;
}[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      return { method, path, operation, form: formOf(operation) };
    }),
  );
}

function formOf(operation: DocumentedOperation): Form {
  const content = contentOf(operation);
  if (content['application/x-ndjson'] !== undefined) return 'stream';
  const { properties = {} } = content['application/json']?.schema ?? {};
  return properties['items'] === undefined ? 'document' : 'list';
}

function contentOf({ responses, operationId }: DocumentedOperation): Content {
  const content = responses['200']?.content;
  if (content === undefined) throw new Error(`${operationId} describes no reply`);
  return content;
}

/** One object: members of the path, of the query and of the body have different names. */
function inputOf({ parameters = [], requestBody }: DocumentedOperation): Schema {
  const own = parameters.filter((each) => each.in !== 'header' && !OWN_PARAMETERS.has(each.name));
  const [body] = Object.values(requestBody?.content ?? {});
  const { properties = {}, required = [] } = body?.schema ?? {};
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(own.map(({ name, schema }) => [name, schema])),
      ...properties,
    },
    required: [
      ...own.filter((each) => each.required === true).map(({ name }) => name),
      ...required,
    ],
    additionalProperties: false,
  };
}

/** The result of a document, one item of a list, or one record of a stream. */
function outputOf(operation: DocumentedOperation, form: Form): Schema {
  const content = contentOf(operation);
  if (form === 'stream') return content['application/x-ndjson']?.schema ?? {};
  const { properties = {} } = content['application/json']?.schema ?? {};
  const { items, result } = properties;
  return (form === 'list' ? items?.items : result) ?? {};
}
