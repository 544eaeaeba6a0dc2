/** Milliseconds of processor time that a piece of work takes: what the rest of the machine does is not in it. */
export function measureCpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
