// @ts-check
/** Loaded before a program: tells its parent, when asked, how much memory and processor time it has used. */

process.on("message", question => {
  if (question !== "usage") return;
  const { user, system } = process.cpuUsage();
  process.send?.({ megabytes: process.memoryUsage.rss() / 1e6, cpuMs: (user + system) / 1000 });
});
process.channel?.unref();
