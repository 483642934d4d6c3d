// What the browser tests share: a Chromium, child processes that announce themselves, and waiting for a condition.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The distribution's Chromium, or the one CHROMIUM names. */
export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    headless: false, // the flag below asks for the new headless mode, which this option does not know
    args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--hide-scrollbars"],
  });
}

/** Where the programs are: WAKALA_BIN_DIR, else the newest usual build folder. */
export function program(name) {
  const folders = [process.env.WAKALA_BIN_DIR, join(root, "build/release/bin"), join(root, "build/debug/bin")].filter(Boolean);
  const found = folders.map((folder) => join(folder, name)).find(existsSync);
  if (!found) throw new Error(`${name} is not built: looked in ${folders.join(", ")}`);
  return found;
}

/** Starts a program and waits for a line of its output that matches; `stop` ends it. */
export async function startProgram(command, args, pattern, timeoutMs = 60_000) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], cwd: root });
  const exited = once(child, "exit");
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await exited;
  };
  const lines = createInterface({ input: child.stdout });
  const said = [];
  let timer;
  const announced = new Promise((resolve, reject) => {
    lines.on("line", (line) => {
      said.push(line);
      const hit = pattern.exec(line);
      if (hit) resolve(hit);
    });
    exited.then(([code]) => reject(new Error(`${command} ended with ${code} before it was ready:\n${said.join("\n")}`)));
    timer = setTimeout(() => reject(new Error(`${command} was not ready in ${timeoutMs} ms:\n${said.join("\n")}`)), timeoutMs);
  });
  try {
    return { match: await announced, stop };
  } catch (failure) {
    await stop();
    throw failure;
  } finally {
    clearTimeout(timer);
  }
}

/** A page that fails the test on script errors, refused content and requests to anybody else. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1320, height: 900 }, locale: "en-GB", colorScheme: "light", ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (failure) => complaints.push(`script error: ${failure.message}`));
  page.on("console", (line) => {
    if (line.type() === "error" && !/status of 400/.test(line.text())) complaints.push(`console: ${line.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  await page.locator('[data-testid="live"][data-state="live"]').waitFor({ state: "attached" });
  return { page, context, complaints };
}

/** A phone on the page, by the shopper's number. */
export function phoneOf(page, key) {
  const phone = page.getByTestId(`shopper-${key}`);
  return {
    phone,
    bubblesIn: phone.getByTestId("bubble-in"),
    bubblesOut: phone.getByTestId("bubble-out"),
    async say(text) {
      await phone.getByTestId("input").fill(text);
      await phone.getByTestId("send").click();
    },
    /** The newest bubble from the business that holds this text. */
    hears: (text) => phone.getByTestId("bubble-in").filter({ hasText: text }).last().waitFor(),
    press: (title) => phone.getByTestId("reply-button").filter({ hasText: title }).last().click(),
    async pick(title) {
      await phone.getByTestId("open-list").last().click();
      await phone.getByTestId("list-row").filter({ hasText: title }).click();
    },
    /** Waits until the newest bubble with this text reached a status. */
    status: (kind, text, status) =>
      phone.locator(`[data-testid="bubble-${kind}"][data-status="${status}"]`).filter({ hasText: text }).last().waitFor(),
  };
}

export function check(condition, what) {
  if (!condition) throw new Error(`expected ${what}`);
}
