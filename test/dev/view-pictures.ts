/** Takes the picture of the view that the walkthrough shows: `node --import tsx test/dev/view-pictures.ts`. */
import { fileURLToPath } from "node:url";
import { itemOf } from "../shared/items.ts";
import { ask, pictureOf, stageView } from "./view-stage.ts";

const stage = await stageView("dynamosync");
try {
  const page = await stage.browser.newPage({
    viewport: { width: 1280, height: 720 },
    reducedMotion: "reduce",
  });
  await page.goto(stage.view.url);
  await page.getByText("Live.").waitFor();
  for (const value of ["hello", "goodbye"]) await ask(stage, itemOf("1", value));
  await pictureOf(page, "POST 1 409");
  await page.screenshot({ path: fileURLToPath(new URL("../../docs/view.png", import.meta.url)) });
} finally {
  await stage.close();
}
