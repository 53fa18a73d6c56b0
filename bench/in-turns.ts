/** What people do with a stack, done by several sides in turns. */

export const STAGES = ["first deploy", "unchanged deploy", "teardown"] as const;
export type Stage = (typeof STAGES)[number];

/** The scripts of ours that do it. */
export const SCRIPTS: Record<Stage, string[]> = {
  "first deploy": ["deploy.ts"],
  "unchanged deploy": ["deploy.ts"],
  teardown: ["teardown.ts", "--yes"],
};

type Seen<Side extends string, Took> = Record<Stage, Record<Side, Took[]>>;

/** Takes each side through the stages, so many rounds. @returns what each side took for each stage, round by round */
export async function inTurns<Side extends string, Took>(
  rounds: number,
  sides: Record<Side, (stage: Stage) => Promise<Took>>,
): Promise<Seen<Side, Took>> {
  const names = Object.keys(sides) as Side[];
  const none = () => Object.fromEntries(names.map(side => [side, [] as Took[]]));
  const seen = Object.fromEntries(STAGES.map(stage => [stage, none()])) as Seen<Side, Took>;
  for (let round = 0; round < rounds; round++)
    for (const stage of STAGES) for (const side of names) seen[stage][side].push(await sides[side](stage));
  return seen;
}
