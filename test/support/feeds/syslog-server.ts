import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { certificateFor } from '../../../tools/testing/certificate.ts';
import { SYSLOG_NG_FOLDER } from '../../../tools/testing/system-needs.ts';
import { freePort } from '../free-port.ts';

export type SyslogKind = 'rsyslog' | 'syslog-ng';

/** A record as a receiver wrote it. */
export type SyslogLine = { readonly id: string; readonly index: number; readonly message: string };

/** Why a receiver cannot run here. Undefined: it can. */
export function missingSyslog(kind: SyslogKind): string | undefined {
  if (kind === 'syslog-ng') {
    if (existsSync(SYSLOG_NG)) return undefined;
    return 'syslog-ng is not here: the test command unpacks it as root of a Debian container';
  }
  const [driver] = globSync('/usr/lib/*/rsyslog/lmnsd_ossl.so');
  if (existsSync(RSYSLOG) && driver !== undefined) return undefined;
  return 'rsyslog is not installed: apt-get install rsyslog rsyslog-openssl';
}

/** A real receiver of syslog on loopback. It appends one line to a file for each message. */
export class SyslogServer implements AsyncDisposable {
  readonly port: number;
  /** PEM files for the feed: the certificate of both sides, and its key. */
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly #kind: SyslogKind;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(kind: SyslogKind, folder: string, port: number) {
    this.#kind = kind;
    this.#folder = folder;
    this.port = port;
    this.certificateFile = join(folder, 'certificate.pem');
    this.keyFile = join(folder, 'key.pem');
  }

  /** @param sizeMax the largest message; undefined: the receiver's own default */
  static async start(
    kind: SyslogKind,
    folder: string,
    { sizeMax, port }: { readonly sizeMax?: number; readonly port?: number } = {},
  ): Promise<SyslogServer> {
    mkdirSync(folder, { recursive: true });
    const server = new SyslogServer(kind, folder, port ?? (await freePort()));
    const { cert, key } = certificateFor('127.0.0.1');
    writeFileSync(server.certificateFile, cert);
    writeFileSync(server.keyFile, key, { mode: 0o600 });
    writeFileSync(join(folder, 'server.conf'), server.#configuration(sizeMax));
    await server.restart();
    return server;
  }

  /** Starts it, again or for the first time, at the same port and with the same file. */
  async restart(): Promise<void> {
    const [command, ...args] = this.#command();
    const child = spawn(command, args, {
      stdio: 'ignore',
      env: { ...process.env, LD_LIBRARY_PATH: LIBRARIES },
    });
    this.#child = child;
    while (!(await accepts(this.port))) {
      assert.equal(child.exitCode, null, `${this.#kind} did not start`);
      await pause(20);
    }
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Whole lines of its file. A kill may cut the last one. */
  lines(): SyslogLine[] {
    const file = join(this.#folder, 'received.log');
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return text
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => {
        const tab = line.indexOf('\t');
        const id = /\bid="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
        const index = /\bindex="(\d+)"/.exec(line)?.[1];
        if (id === undefined || index === undefined || tab < 0) return [];
        return [{ id, index: Number(index), message: line.slice(tab + 1).replace(/^\uFEFF/, '') }];
      });
  }

  /** Waits until it has written what the feed sent. */
  async wrote(isDone: (lines: readonly SyslogLine[]) => boolean): Promise<SyslogLine[]> {
    for (;;) {
      const lines = this.lines();
      if (isDone(lines)) return lines;
      assert.equal(this.#child?.exitCode, null, `${this.#kind} ended`);
      await pause(50);
    }
  }

  #command(): [string, ...string[]] {
    const conf = join(this.#folder, 'server.conf');
    const pid = join(this.#folder, 'server.pid');
    if (this.#kind === 'rsyslog') return [RSYSLOG, '-n', '-f', conf, '-i', pid];
    const [modules = ''] = globSync(join(SYSLOG_NG_FOLDER, 'usr/lib/syslog-ng/*/'));
    const state = ['-R', join(this.#folder, 'persist'), '-c', join(this.#folder, 'ctl'), '-p', pid];
    return [SYSLOG_NG, '-F', '--no-caps', `--module-path=${modules}`, '-f', conf, ...state];
  }

  #configuration(sizeMax: number | undefined): string {
    const file = join(this.#folder, 'received.log');
    const [certificate, key] = [this.certificateFile, this.keyFile];
    if (this.#kind === 'rsyslog') {
      const size = sizeMax === undefined ? '' : `maxMessageSize="${sizeMax}" `;
      return `
global(workDirectory="${this.#folder}" ${size}
  DefaultNetstreamDriverCAFile="${certificate}"
  DefaultNetstreamDriverCertFile="${certificate}"
  DefaultNetstreamDriverKeyFile="${key}")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1"
  StreamDriver.AuthMode="x509/certvalid")
input(type="imtcp" address="127.0.0.1" port="${this.port}")
template(name="line" type="string" string="%structured-data%\\t%msg%\\n")
action(type="omfile" file="${file}" template="line")
`;
    }
    const size = sizeMax === undefined ? '' : `log-msg-size(${sizeMax});`;
    return `@version: 3.38
options { ${size} stats-freq(0); };
source feed {
  syslog(ip("127.0.0.1") port(${this.port}) transport("tls")
    tls(key-file("${key}") cert-file("${certificate}") ca-file("${certificate}")
      peer-verify(required-trusted)));
};
destination lines { file("${file}" template("$SDATA\\t$MSG\\n")); };
log { source(feed); destination(lines); };
`;
  }
}

const RSYSLOG = '/usr/sbin/rsyslogd';
const SYSLOG_NG = join(SYSLOG_NG_FOLDER, 'usr/sbin/syslog-ng');
const LIBRARIES: string = [
  join(SYSLOG_NG_FOLDER, 'usr/lib/syslog-ng'),
  ...globSync(join(SYSLOG_NG_FOLDER, 'usr/lib/*-linux-gnu')),
].join(':');

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
