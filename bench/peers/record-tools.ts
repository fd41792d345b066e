import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Cost, firstLine, type Peer, type PeerInput, timed } from './peer.ts';

const FIELDS = [
  ...['CreationTime', 'Id', 'Operation', 'OrganizationId'],
  ...['RecordType', 'UserId', 'Workload', 'ClientIP'],
] as const;

/** Members of the audit log's common schema, and of its most frequent records. */
const COLUMNS = [
  ...FIELDS,
  ...['UserType', 'UserKey', 'ResultStatus', 'ObjectId', 'Scope', 'AppAccessContext'],
  ...['ClientAppId', 'ClientInfoString', 'ExternalAccess', 'InternalLogonType', 'LogonType'],
  ...['MailboxGuid', 'MailboxOwnerUPN', 'OrganizationName', 'OriginatingServer', 'SessionId'],
  ...['Site', 'SiteUrl', 'SourceFileName', 'SourceRelativeUrl', 'UserAgent', 'WebId', 'ItemType'],
  ...['EventSource', 'ListItemUniqueId'],
] as const;

/** The same engine that the product uses for queries, with one thread. */
export const duckDb: Peer = {
  name: 'DuckDB',
  part: `${COLUMNS.length} columns to Parquet`,
  version: async () => {
    await using open = await connection();
    const rows = await open.db.runAndReadAll('SELECT version()');
    return String(rows.getRows()[0]?.[0]);
  },
  measure: async ({ file, count, folder }) => {
    await using open = await connection();
    const columns = COLUMNS.map((name) => `${name}: 'VARCHAR'`).join(', ');
    const output = join(folder, 'duckdb.parquet');
    const started = performance.now();
    const cpu = process.cpuUsage();
    await open.db.run(`COPY (SELECT * FROM read_json('${file}', format = 'newline_delimited',
      columns = {${columns}})) TO '${output}' (FORMAT parquet, COMPRESSION zstd)`);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    rmSync(output);
    return { units: count, seconds, cpuSeconds: (user + system) / 1e6 };
  },
};

async function connection(): Promise<
  AsyncDisposable & { readonly db: Awaited<ReturnType<DuckDBInstance['connect']>> }
> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const db = await instance.connect();
  return {
    db,
    [Symbol.asyncDispose]: async () => {
      db.closeSync();
      instance.closeSync();
    },
  };
}

export const polars: Peer = {
  name: 'Polars',
  part: `${FIELDS.length} columns to Parquet`,
  version: async () => firstLine('python3', ['-c', 'import polars; print(polars.__version__)']),
  measure: ({ file, count, folder }) => {
    const script = `import polars, sys
names = "${FIELDS.join(' ')}".split()
schema = {name: polars.Int64 if name == "RecordType" else polars.String for name in names}
polars.scan_ndjson(sys.argv[1], schema=schema).sink_parquet(sys.argv[2])`;
    return run(['python3', '-c', script, file, join(folder, 'polars.parquet')], { folder, count });
  },
};

export const python: Peer = {
  name: 'Python',
  part: `${FIELDS.length} fields to CSV`,
  version: async () => firstLine('python3', ['--version'])?.replace('Python ', ''),
  measure: ({ file, count, folder }) => {
    const script = `import csv, json, sys
names = "${FIELDS.join(' ')}".split()
out = csv.writer(sys.stdout)
for line in open(sys.argv[1], "rb"):
    record = json.loads(line)
    out.writerow([record.get(name) for name in names])`;
    return run(['python3', '-c', script, file], { folder, count });
  },
};

export const jq: Peer = {
  name: 'jq',
  part: `${FIELDS.length} fields to TSV`,
  version: async () => firstLine('jq', ['--version'])?.replace('jq-', ''),
  measure: ({ file, count, folder }) => {
    const filter = `[${FIELDS.map((name) => `.${name}`).join(', ')}] | @tsv`;
    return run(['jq', '-r', filter, file], { folder, count });
  },
};

/** It reads standard input, and ends at the end of the input. */
export const syslogNg: Peer = {
  name: 'syslog-ng',
  part: `${FIELDS.length} fields to a file`,
  version: async () => firstLine('syslog-ng', ['--version'])?.replace(/^.*\((.*)\).*$/, '$1'),
  measure: ({ file, count, folder }) => {
    const config = join(folder, 'syslog-ng.conf');
    const fields = FIELDS.map((name) => `\${.m365.${name}}`).join('\\t');
    writeFileSync(
      config,
      `@version: current
options { log-msg-size(1048576); };
source s { stdin(flags(no-parse)); };
parser p { json-parser(prefix(".m365.")); };
destination d { file("${join(folder, 'syslog-ng.tsv')}" template("${fields}\\n")); };
log { source(s); parser(p); destination(d); flags(flow-control); };
`,
    );
    const own = ['persist', 'control', 'pid'].map((name) => join(folder, `syslog-ng.${name}`));
    const [persist, control, pid] = own as [string, string, string];
    const flags = ['-F', '-f', config, '-R', persist, '-c', control, '-p', pid, '--no-caps'];
    // It cannot poll a file as its standard input.
    const piped = ['sh', '-c', 'cat "$0" | syslog-ng "$@"', file, ...flags];
    return run(piped, { folder, count });
  },
};

async function run(
  command: readonly string[],
  { folder, count }: Pick<PeerInput, 'folder' | 'count'>,
): Promise<Cost> {
  return { units: count, ...(await timed(command, join(folder, 'peer-output'))) };
}
