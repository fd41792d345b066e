import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

/** The local accounts of this machine. Accounts of a directory service are not in it. */
const ACCOUNTS = '/etc/passwd';

/** The name of an operating system account, otherwise its number. */
export function accountName(uid: number): string {
  return ownName(uid) ?? listedName(uid) ?? `uid ${uid}`;
}

/** Node asks the system, including directory services, only for its own account. */
function ownName(uid: number): string | undefined {
  try {
    const own = userInfo();
    return own.uid === uid ? own.username : undefined;
  } catch {
    // A container may run under a user id without a name.
    return undefined;
  }
}

function listedName(uid: number): string | undefined {
  try {
    const lines = readFileSync(ACCOUNTS, 'utf8').split('\n');
    return lines.map((line) => line.split(':')).find(([, , id]) => id === String(uid))?.[0];
  } catch {
    return undefined;
  }
}
