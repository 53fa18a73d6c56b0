/** Takes what the view sends, as a browser does, in a process of its own: `viewer.ts <url of the events>` */
const { body } = await fetch(process.argv[2]!);
for await (const _ of body!);
