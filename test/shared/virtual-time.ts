/** Time that passes only when nothing else is left to do. */
import FakeTimers from "@sinonjs/fake-timers";

const realImmediate = setImmediate;

/** Makes the time of this process virtual, until `uninstall` is called on what is returned. */
export const makeTimeVirtual = (now = 0): FakeTimers.Clock =>
  FakeTimers.install({ now, toFake: ["Date", "setTimeout", "clearTimeout"] });

/**
 * Lets time pass until the work has ended, which waits for nothing but timers.
 * @param turns of the event loop that may go by before the next timer is due: more than one where the work takes
 *   some that no timer knows of
 */
export async function settle<T>(work: Promise<T>, clock: FakeTimers.Clock, turns = 1): Promise<T> {
  let settled = false;
  const done = () => {
    settled = true;
  };
  work.then(done, done);
  while (!settled) {
    for (let turn = 0; turn < turns; turn++) await new Promise<void>(resolve => realImmediate(resolve));
    if (!settled) clock.next();
  }
  return work;
}
