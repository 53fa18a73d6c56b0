/** Loaded before a program: tells its parent, when asked, how much memory and processor time it has used. */

export interface Usage {
  /** Memory in use now. */
  megabytes: number;
  /** Processor time since its start, of all its threads. */
  cpuMs: number;
}

process.on("message", question => {
  if (question !== "usage") return;
  const { user, system } = process.cpuUsage();
  const usage: Usage = { megabytes: process.memoryUsage.rss() / 1e6, cpuMs: (user + system) / 1000 };
  process.send!(usage);
});
process.channel?.unref();
