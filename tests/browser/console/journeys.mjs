// What people do with the console, on a cluster: find a shopper, follow a message over two nodes, act, see it in the audit log.
import { ask, askUntil, check, openConsole, say } from "./support.mjs";

export const amina = "254712345678";

/** The conversation's actor, once the shopper has written. */
export async function conversationOf(world, phone, tenant = "duka") {
  const { found } = await askUntil(world, `find?q=${phone}&tenant=${tenant}`, (answer) => answer.found.length > 0);
  return found[0].actor;
}

/** The id of the last message to the shopper, once the last from the shopper is answered. */
export async function newestReply(world, actor) {
  const { messages } = await askUntil(world, `actors/${encodeURIComponent(actor)}/messages?limit=500`, (answer) => answer.messages.at(-1).direction === "out");
  return messages.at(-1).id;
}

export async function testWrongToken(browser, world) {
  const console_ = await openConsole(browser, world);
  const { page } = console_;
  await console_.logIn("not-a-token");
  const problem = page.getByTestId("problem");
  await problem.waitFor();
  check((await problem.getAttribute("data-status")) === "401", "401 for a wrong token");
  check(await page.getByTestId("token").isVisible(), "still the login");
  check((await page.evaluate(() => sessionStorage.length)) === 0, "no token kept");
  await console_.close();
}

/** From the search to the trace of the last message, whose way led over two nodes. */
export async function testTrace(browser, world) {
  const actor = await conversationOf(world, amina);
  const { actor: facts } = await ask(world, `actors/${encodeURIComponent(actor)}`);
  const edge = Object.keys(world.public).find((name) => name !== facts.node);
  await say(world, edge, "duka", amina, "HELP", "traced-1");
  const reply = await newestReply(world, actor);
  const console_ = await openConsole(browser, world);
  const { page } = console_;
  await console_.logIn(world.tokens.operator);
  await page.getByTestId("search").fill("+254 712 345-678");
  await page.keyboard.press("Enter");
  await page.getByTestId("transcript").waitFor();
  check(decodeURIComponent(page.url()).endsWith(`#/actors/${actor}`), `the address of the conversation, not ${page.url()}`);
  check(!page.url().includes(amina.slice(-6)), "no phone number in the address");
  // Meta's ids hold the number and are kept back: the way leads by the reply, whose id is ours.
  await page.locator(`[data-testid="message-out"] a[href*="${encodeURIComponent(reply)}"]`).click();
  const tiles = page.getByTestId("trace-tiles");
  await tiles.waitFor();
  const hops = await page.getByTestId("hop").evaluateAll((rows) => rows.map((row) => ({ hop: row.dataset.hop, node: row.dataset.node, us: Number(row.dataset.us) })));
  check(new Set(hops.map((hop) => hop.node)).size >= 2, `hops on two nodes, not ${JSON.stringify(hops)}`);
  for (const wanted of ["edge", "transit", "shard", "tenant", "conversation", "commit", "answer"]) {
    check(hops.some((hop) => hop.hop === wanted), `a hop ${wanted} in ${JSON.stringify(hops)}`);
  }
  check(hops.every((hop) => hop.us >= 0) && hops.find((hop) => hop.hop === "commit").us > 0, "times of hops");
  const total = Number(await tiles.getAttribute("data-total"));
  const sum = hops.reduce((all, hop) => all + hop.us, 0);
  check(total > 0, "a total");
  check(Math.abs(total - sum) <= Math.max(200, total * 0.05), `hops that add up to ${total} µs, not ${sum}`);
  check((await tiles.getAttribute("data-adds-up")) === "true", "the console to say that they add up");
  await page.getByTestId("sends").waitFor(); // the reply to HELP
  await console_.close();
}

export async function testPassivateAndAudit(browser, world) {
  const actor = await conversationOf(world, amina);
  const console_ = await openConsole(browser, world);
  const { page } = console_;
  await console_.logIn(world.tokens.operator);
  await console_.go(`#/actors/${encodeURIComponent(actor)}`);
  await page.getByTestId("act-passivate").click();
  const dialog = page.getByTestId("action-dialog");
  await dialog.waitFor();
  // Without a reason nothing happens.
  await page.getByTestId("do").click();
  check(await dialog.isVisible(), "the dialog to insist on a reason");
  const reason = `console test ${Date.now()}`;
  await page.getByTestId("reason").fill(reason);
  await page.getByTestId("do").click();
  await dialog.waitFor({ state: "detached" });
  await page.getByTestId("notices").getByText("Passivate duka").waitFor();
  await page.getByTestId("notices").getByRole("link", { name: /audit entry/ }).click();
  const row = page.getByTestId("audit").locator("tbody tr").filter({ hasText: reason });
  await row.waitFor();
  const text = await row.innerText();
  check(text.includes("passivate") && text.includes("ops"), `who did what in the audit row, not ${text}`);
  await page.getByTestId("verify").click();
  await page.getByTestId("verified").getByText("whole").waitFor();
  await console_.close();
}

/** Texts are kept back until somebody who may asks with a reason, which is in the audit log afterwards. */
export async function testReveal(browser, world) {
  const actor = await conversationOf(world, amina);
  const console_ = await openConsole(browser, world);
  const { page } = console_;
  await console_.logIn(world.tokens.operator);
  await console_.go(`#/actors/${encodeURIComponent(actor)}`);
  await page.getByTestId("transcript").waitFor();
  check((await page.getByTestId("reveal").count()) === 0, "nothing to reveal with for an operator without the scope");
  check(!(await page.locator("main").innerText()).includes("HELP"), "no text of the shopper's");
  await page.getByTestId("log-out").click();
  await console_.logIn(world.tokens.personal);
  await page.getByTestId("transcript").waitFor();
  check(!(await page.locator("main").innerText()).includes("HELP"), "no text of the shopper's before it is asked for");
  await page.getByTestId("reveal").click();
  const reason = `complaint ${Date.now()}`;
  await page.getByTestId("reason").fill(reason);
  await page.getByTestId("do").click();
  await page.getByTestId("message-in").getByText("HELP").first().waitFor();
  // Now the message's own id is there, and leads to its trace.
  await page.getByTestId("message-in").last().getByTestId("trace-link").waitFor();
  await page.getByTestId("hide").click();
  await page.getByTestId("message-in").getByText("HELP").first().waitFor({ state: "detached" });
  const { entries } = await ask(world, "audit?limit=50");
  check(entries.some((entry) => entry.reason === reason && entry.who === "care" && entry.on === actor), "the look in the audit log");
  await console_.close();
}

export async function testTenantToken(browser, world) {
  await say(world, "a", "soko", "254799000111", "HELP", "of-soko");
  const foreign = await conversationOf(world, "254799000111", "soko");
  const console_ = await openConsole(browser, world);
  const { page } = console_;
  await console_.logIn(world.tokens.tenant);
  await page.getByTestId("actors").locator('tr[data-id^="tenant:duka:"]').first().waitFor(); // its own, in place of the figures of nodes
  check((await page.getByTestId("tile-p99").count()) === 0, "no figures of the nodes");
  check((await page.locator('[data-testid^="act-"]').count()) === 0, "no actions on nodes");
  check((await page.getByRole("link", { name: "Act on many" }).count()) === 0, "no bulk actions");
  await console_.go("#/top?kind=conversation");
  await page.getByTestId("top").waitFor();
  const ids = await page.getByTestId("top").locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.dataset.id));
  check(ids.length > 0 && ids.every((id) => id.startsWith("conversation:duka:")), `conversations of duka only, not ${ids}`);
  await console_.go(`#/actors/${encodeURIComponent(ids[0])}`);
  await page.getByTestId("act-pause").waitFor();
  check((await page.getByTestId("act-passivate").count()) === 0, "no passivating");
  await console_.go(`#/actors/${encodeURIComponent(foreign)}`);
  const problem = page.getByTestId("problem");
  await problem.waitFor();
  check(["403", "404"].includes(await problem.getAttribute("data-status")), "another shop's conversation refused");
  check(!(await page.locator("main").innerText()).includes("Transcript"), "nothing of it shown");
  await console_.go("#/letters");
  await page.getByTestId("letters-of").locator("option").first().waitFor({ state: "attached" });
  check((await page.getByTestId("letters-of").locator("option").allInnerTexts()).join() === "duka", "letters of duka only");
  await console_.close();
}

/** Pause and resume, a shard that moves, and a bulk action after its dry run. */
export async function testActions(browser, world) {
  const actor = await conversationOf(world, amina);
  const console_ = await openConsole(browser, world);
  const { page } = console_;
  const perform = async (button) => {
    await button.click();
    await page.getByTestId("reason").fill("console test");
    if (await page.getByTestId("confirm").count()) await page.getByTestId("confirm").check();
    await page.getByTestId("do").click();
    await page.getByTestId("action-dialog").waitFor({ state: "detached" });
  };
  await console_.logIn(world.tokens.operator);
  await console_.go(`#/actors/${encodeURIComponent(actor)}`);
  await perform(page.getByTestId("act-pause"));
  await perform(page.getByTestId("act-resume"));
  await page.getByTestId("act-pause").waitFor();

  await console_.go("#/shards");
  const [first] = (await ask(world, "overview")).shards.filter((shard) => shard.node === "a");
  await page.locator(`[data-testid="shards"] tr[data-id="${first.id}"]`).getByTestId("act-move").click();
  await page.getByTestId("action-dialog").locator("select").selectOption("b");
  await page.getByTestId("reason").fill("console test");
  await page.getByTestId("do").click();
  await askUntil(world, "overview", (view) => view.shards.find((shard) => shard.id === first.id).node === "b");
  await page.locator(`[data-testid="shards"] tr[data-id="${first.id}"] td`).nth(1).getByText("b", { exact: true }).waitFor();

  await console_.go("#/bulk?tenant=duka");
  check(await page.getByTestId("do-it").isDisabled(), "nothing done in bulk without a dry run");
  await perform(page.getByTestId("dry-run"));
  await page.getByTestId("bulk-answer").getByText(/would be acted on/).waitFor();
  await perform(page.getByTestId("do-it"));
  await page.getByTestId("bulk-answer").getByText(/done of/).waitFor();
  const { entries } = await ask(world, "audit?limit=50");
  for (const action of ["pause", "resume", "move"]) check(entries.some((entry) => entry.action.includes(action)), `${action} in the audit log: ${entries.map((entry) => entry.action)}`);
  await console_.close();
}

/** The overview moves by itself, over the socket and, without one, by asking. */
export async function testLive(browser, world) {
  for (const socket of [true, false]) {
    const console_ = await openConsole(browser, world);
    const { page } = console_;
    if (!socket) await page.addInitScript(() => (window.WebSocket = class { constructor() { setTimeout(() => this.onclose?.(), 0); } close() {} send() {} }));
    if (!socket) await page.reload();
    await console_.logIn(world.tokens.operator);
    await page.locator(`[data-testid="connection"][data-state="${socket ? "live" : "polling"}"]`).waitFor();
    await page.getByTestId("tiles").waitFor();
    let sent = 0;
    const more = setInterval(() => say(world, "b", "duka", "254733221100", "HELP", `live-${socket}-${(sent += 1)}`).catch(() => undefined), 300);
    try {
      await page.getByTestId("tile-committed").getByText(/^[1-9][\d.]*\/s|^0\.\d+\/s/).waitFor();
      if (socket) {
        await console_.go("#/trace");
        await page.getByTestId("watch").click();
        await page.getByTestId("watched").locator("tbody tr").first().waitFor();
        await page.getByTestId("watch").click();
      }
    } finally {
      clearInterval(more);
    }
    await console_.close();
  }
}
