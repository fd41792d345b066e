import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The tests must not wait for a mirror that does not answer. */
const INSTALL_TIMEOUT_MS = 900_000;
/** A tool that reads a whole tenant takes minutes on a busy machine. */
const RUN_TIMEOUT_MS = 1_200_000;

export type Ran = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** A separate Python with packages from the index, as the machine's pip is configured. */
export type Python = {
  /** Runs a script with JSON input in its first argument. */
  run(script: string, input: object, env?: Readonly<Record<string, string>>): Promise<Ran>;
};

/** Or the reason why there is none. */
export async function pythonWith(
  folder: string,
  packages: readonly string[],
): Promise<Python | { readonly missing: string }> {
  const home = join(folder, 'python');
  const made = await command('python3', ['-m', 'venv', home], {}, INSTALL_TIMEOUT_MS);
  if (made.code !== 0) return { missing: 'needs python3 with its venv module' };
  const python = join(home, 'bin', 'python');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const got = await command(python, [...pip, ...packages], {}, INSTALL_TIMEOUT_MS);
  if (got.code !== 0) {
    return { missing: `needs ${packages.join(', ')} of the Python package index` };
  }
  let count = 0;
  return {
    run: (script, input, env = {}) => {
      const file = join(folder, `script-${count++}.py`);
      writeFileSync(file, script);
      return command(python, [file, JSON.stringify(input)], env, RUN_TIMEOUT_MS);
    },
  };
}

function command(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  timeout: number,
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      timeout,
      killSignal: 'SIGKILL',
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (part: Buffer) => {
      stdout += part.toString('utf8');
    });
    child.stderr.on('data', (part: Buffer) => {
      stderr += part.toString('utf8');
    });
    child.once('error', () => resolve({ code: null, stdout, stderr }));
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
