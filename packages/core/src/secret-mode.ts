/**
 * Describes what is wrong with the permission bits of a file that holds a secret; undefined if they
 * are fine. The group may read it: an orchestrator often mounts a secret with owner root and a
 * group.
 */
export function secretModeProblem(mode: number): string | undefined {
  const bits = (mode & 0o777).toString(8).padStart(3, '0');
  // A user who can write a key can replace it.
  if ((mode & 0o022) !== 0) return `others may write to it (mode ${bits})`;
  if ((mode & 0o005) !== 0) return `every user of this machine may read it (mode ${bits})`;
  return undefined;
}
