// Every view for people who use a keyboard, a screen reader, a phone, or the dark.
import { act, ask, check, checkAccess, openConsole, say } from "./support.mjs";
import { amina, conversationOf, newestReply } from "./journeys.mjs";

/** All views with something in them: name, address, and what shows that it is there. */
async function viewsOf(world) {
  // Something for the audit log to show; and she is awake, so that there is something below her shop.
  const other = await conversationOf(world, "254700001000");
  await act(world, `actors/${encodeURIComponent(other)}:restart`, { reason: "so that it is in the log" });
  await say(world, "a", "duka", amina, "HELP", "access-1");
  const actor = await conversationOf(world, amina);
  const reply = await newestReply(world, actor);
  const { path } = await ask(world, `actors/${encodeURIComponent(actor)}`);
  return [
    ["overview", "#/", "tiles"],
    ["map", "#/map", "map"],
    ["actors", "#/actors", "actors"],
    ...path.filter((one) => one.id !== actor).map((one) => [one.kind, `#/actors/${encodeURIComponent(one.id)}`, one.kind === "service" ? "" : "actors"]),
    ["conversation", `#/actors/${encodeURIComponent(actor)}`, "transcript"],
    ["shards", "#/shards", "shards"],
    ["top", "#/top", "top"],
    ["traces", "#/trace", "watch"],
    ["trace", `#/trace/${encodeURIComponent(reply)}?tenant=duka`, "waterfall"],
    ["letters", "#/letters?tenant=duka", "letters-of"],
    ["bulk", "#/bulk", "bulk"],
    ["audit", "#/audit", "audit"],
    ["search", "#/find", ""],
  ];
}

export async function testEveryView(browser, world) {
  const views = await viewsOf(world);
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 360]) {
      const console_ = await openConsole(browser, world, { colorScheme, viewport: { width, height: 780 }, hasTouch: width < 500 });
      const { page } = console_;
      const look = `${colorScheme}, ${width} px`;
      await checkAccess(page, `the login, ${look}`);
      await console_.logIn(world.tokens.operator);
      await page.getByTestId("tiles").waitFor();
      for (const [name, hash, shown] of views) {
        await console_.go(hash);
        if (shown) {
          await page.getByTestId(shown).first().waitFor().catch(async () => {
            throw new Error(`${name}, ${look} does not show ${shown} but: ${(await page.locator("main").innerText()).slice(0, 600)}`);
          });
        }
        await checkAccess(page, `${name}, ${look}`);
      }
      await console_.go(views.find(([name]) => name === "conversation")[1]);
      await page.getByTestId("act-pause").click();
      await page.getByTestId("action-dialog").waitFor();
      await checkAccess(page, `the dialog, ${look}`);
      await page.keyboard.press("Escape");
      if (width < 500) {
        await page.getByTestId("menu").click();
        await page.getByRole("link", { name: "Audit log" }).click();
        await page.getByTestId("audit").waitFor();
        check(!(await page.getByRole("link", { name: "Top", exact: true }).isVisible()), "the menu closed");
      }
      await console_.close();
    }
  }
}

/** The least contrast of a shard's text with what it stands on, from the moment that its tone changes to another. */
const contrastsOfTones = (page) => page.evaluate(() => {
  const light = (colour) => {
    const [red, green, blue] = colour.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const shard = document.querySelector("[data-testid=\"placement\"] .shard").cloneNode(true);
  document.querySelector("[data-testid=\"placement\"]").append(shard);
  let least = Infinity;
  for (const tone of [0, 5, 1, 5, 2, 5, 3, 5, 4, 0]) {
    shard.className = `shard tone-${tone}`;
    const style = getComputedStyle(shard);
    const [below, above] = [light(style.backgroundColor), light(style.color)].sort((one, other) => one - other);
    least = Math.min(least, (above + 0.05) / (below + 0.05));
  }
  shard.remove();
  return least;
});

export async function testTones(browser, world) {
  for (const colorScheme of ["light", "dark"]) {
    const console_ = await openConsole(browser, world, { colorScheme, reducedMotion: "no-preference" });
    await console_.logIn(world.tokens.operator);
    await console_.go("#/shards");
    await console_.page.locator("[data-testid=\"placement\"] .shard").first().waitFor();
    const least = await contrastsOfTones(console_.page);
    check(least >= 4.5, `a shard to be read whatever its tone was before, not at a contrast of ${least.toFixed(2)} (${colorScheme})`);
    await console_.close();
  }
}

const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute("data-testid") ?? document.activeElement?.id ?? "");

/** Whether one sees where the focus is. */
const outlined = (page) => page.evaluate(() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
});

export async function testKeyboard(browser, world) {
  const console_ = await openConsole(browser, world);
  const { page } = console_;
  check((await focused(page)) === "token", "the focus in the token's field");
  await page.keyboard.type(world.tokens.operator);
  await page.keyboard.press("Enter");
  await page.getByTestId("tiles").waitFor();

  await page.keyboard.press("Tab");
  check((await page.evaluate(() => document.activeElement.textContent)).includes("Skip to the content"), "the skip link first");
  check(await outlined(page), "the focus to be seen");
  await page.keyboard.press("Enter");
  check((await focused(page)) === "main", "the focus in the content");

  await page.keyboard.press("/");
  check((await focused(page)) === "search", "the search by `/`");
  await page.keyboard.type(amina);
  await page.keyboard.press("Enter");
  await page.getByTestId("transcript").waitFor();
  check((await focused(page)) === "title", "the focus on the title of what was opened");
  await page.getByTestId("act-passivate").waitFor();
  for (let steps = 0; (await focused(page)) !== "act-passivate"; steps += 1) {
    check(steps < 30, "the action to be reached with Tab");
    await page.keyboard.press("Tab");
  }
  check(await outlined(page), "the focus to be seen on a button");
  await page.keyboard.press("Enter");
  await page.getByTestId("action-dialog").waitFor();
  check((await focused(page)) === "reason", "the focus in the reason");
  await page.keyboard.press("Escape");
  await page.getByTestId("action-dialog").waitFor({ state: "detached" });
  check((await focused(page)) === "act-passivate", "the focus back where it was");

  // A column by keyboard.
  await console_.go("#/top");
  await page.getByTestId("top").waitFor();
  await page.getByRole("button", { name: "Memory" }).focus();
  await page.keyboard.press("Enter");
  await page.locator('th[aria-sort="descending"]').filter({ hasText: "Memory" }).waitFor();
  check(page.url().includes("sort=bytes"), "the order in the address");

  // The map: into a node, by arrow and Enter, and out again.
  await console_.go("#/map");
  const cell = page.locator('[data-testid="map"] a[tabindex="0"]');
  await cell.focus();
  const first = await cell.getAttribute("data-id");
  await page.keyboard.press("PageDown");
  check((await page.evaluate(() => document.activeElement.getAttribute("data-id"))) !== first, "the focus deeper in the map");
  await page.keyboard.press("PageUp");
  await page.keyboard.press("Enter");
  await page.getByTestId("map-up").waitFor();
  check(decodeURIComponent(page.url()).includes(first), "the map of what was chosen");
  await page.locator('[data-testid="map"] a[tabindex="0"]').focus();
  await page.keyboard.press("Backspace");
  await page.getByTestId("map-up").waitFor({ state: "detached" });
  await page.locator("#title:focus").waitFor();

  // The switch of colours, which is kept.
  await page.getByTestId("theme").focus();
  await page.keyboard.press("Enter");
  check((await page.locator("html").getAttribute("data-theme")) === "dark", "the dark theme");
  await page.reload();
  await page.getByTestId("map").waitFor();
  check((await page.locator("html").getAttribute("data-theme")) === "dark", "the dark theme after a reload");

  await page.getByTestId("log-out").focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("token").waitFor();
  check((await page.evaluate(() => sessionStorage.length)) === 0, "no token kept after logging out");
  await console_.close();
}
